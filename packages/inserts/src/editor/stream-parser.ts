import { statementParsers } from '../syntax/statements.ts';
import {
  constants,
  contextualWords,
  isQuote,
  readName,
  readNumber,
  readOperator,
  reservedWords,
  skipString,
} from '../syntax/tokens.ts';

/** What a stream parser reads from: CodeMirror's `StringStream` is one. */
export interface TextStream {
  pos: number;
  readonly string: string;
  eol(): boolean;
}

type Place = 'text' | 'output' | 'tag' | 'comment' | 'raw';

export interface StreamState {
  place: Place;
  /** The quote of a string that goes on in the next line. */
  quote: string;
  /** True right behind `{%`, where the name of a tag comes. */
  atTagName: boolean;
  /** What comes before, to know filters, tests and properties by. */
  before: '|' | 'is' | '.' | '';
  /** Braces that are open inside of `{{ }}`. */
  depth: number;
  /** The tag that was opened is `raw`. */
  rawTag: boolean;
}

/** Names of styles as CodeMirror's highlighting knows them; null for plain text. */
export type TokenStyle =
  | 'bracket'
  | 'keyword'
  | 'tagName'
  | 'string'
  | 'number'
  | 'operator'
  | 'variableName'
  | 'propertyName'
  | 'atom'
  | 'comment'
  | 'invalid'
  | null;

const opening = /\{[{%#]/g;

/**
 * A stream parser in the form that CodeMirror takes (`StreamLanguage.define(templateStreamParser)`), made of the
 * operators and statements that the engine itself parses by.
 */
export const templateStreamParser = {
  name: 'laurel-inserts',
  startState: (): StreamState => ({
    place: 'text',
    quote: '',
    atTagName: false,
    before: '',
    depth: 0,
    rawTag: false,
  }),
  copyState: (state: StreamState): StreamState => ({ ...state }),
  token(stream: TextStream, state: StreamState): TokenStyle {
    switch (state.place) {
      case 'text':
        return readText(stream, state);
      case 'comment':
        return readUntil(stream, state, '#}', 'comment');
      case 'raw':
        return readRaw(stream, state);
      case 'output':
      case 'tag':
        return readInside(stream, state);
    }
  },
  languageData: {
    commentTokens: { block: { open: '{#', close: '#}' } },
    closeBrackets: { brackets: ['(', '[', '{', "'", '"'] },
  },
};

function readText(stream: TextStream, state: StreamState): TokenStyle {
  opening.lastIndex = stream.pos;
  const found = opening.exec(stream.string);
  if (found === null) stream.pos = stream.string.length;
  else if (found.index > stream.pos) stream.pos = found.index;
  else {
    const [open] = found;
    if (open === '{#') {
      state.place = 'comment';
      return readUntil(stream, state, '#}', 'comment');
    }
    state.place = open === '{{' ? 'output' : 'tag';
    state.atTagName = state.place === 'tag';
    state.before = '';
    state.depth = 0;
    state.rawTag = false;
    stream.pos += stream.string[stream.pos + 2] === '-' ? 3 : 2;
    return 'bracket';
  }
  return null;
}

function readUntil(stream: TextStream, state: StreamState, end: string, style: TokenStyle): TokenStyle {
  const at = stream.string.indexOf(end, stream.pos);
  if (at < 0) stream.pos = stream.string.length;
  else {
    stream.pos = at + end.length;
    state.place = 'text';
  }
  return style;
}

function readRaw(stream: TextStream, state: StreamState): TokenStyle {
  const found = /\{%-?\s*endraw/.exec(stream.string.slice(stream.pos));
  stream.pos = found === null ? stream.string.length : stream.pos + found.index;
  if (found !== null) state.place = 'text';
  // an empty token is not allowed: read the tag that ends the raw text at once
  return found?.index === 0 ? readText(stream, state) : null;
}

function readInside(stream: TextStream, state: StreamState): TokenStyle {
  const { string } = stream;
  if (state.quote !== '') return readString(stream, state);
  const character = string.charAt(stream.pos);
  if (/\s/.test(character)) {
    while (stream.pos < string.length && /\s/.test(string.charAt(stream.pos))) stream.pos++;
    return null;
  }
  if (closes(stream, state)) return 'bracket';
  if (isQuote(character.charCodeAt(0))) {
    stream.pos++;
    state.quote = character;
    return readString(stream, state);
  }
  const digits = readNumber(string, stream.pos, string.length);
  stream.pos += digits.length;
  if (digits !== '') return setBefore(state, '', 'number');
  const word = readName(string, stream.pos, string.length);
  stream.pos += word.length;
  if (word !== '') return styleOfWord(word, state);
  const operator = readOperator(string, stream.pos, string.length);
  stream.pos += operator?.length ?? 1;
  if (operator === '{') state.depth++;
  if (operator === '}') state.depth--;
  return setBefore(
    state,
    operator === '|' || operator === '.' ? operator : '',
    operator === undefined ? 'invalid' : 'operator',
  );
}

/** True, with the stream behind it, at the end of the tag or expression. */
function closes(stream: TextStream, state: StreamState): boolean {
  const end = state.place === 'tag' ? '%}' : '}}';
  const at = stream.string.startsWith('-', stream.pos) ? stream.pos + 1 : stream.pos;
  if (!stream.string.startsWith(end, at) || (state.place === 'output' && state.depth > 0)) return false;
  stream.pos = at + 2;
  state.place = state.rawTag ? 'raw' : 'text';
  return true;
}

function readString(stream: TextStream, state: StreamState): TokenStyle {
  const { end, closed } = skipString(
    stream.string,
    stream.pos,
    stream.string.length,
    state.quote.charCodeAt(0),
  );
  stream.pos = end;
  if (closed) state.quote = '';
  return setBefore(state, '', 'string');
}

function setBefore(state: StreamState, before: StreamState['before'], style: TokenStyle): TokenStyle {
  state.before = before;
  return style;
}

function styleOfWord(word: string, state: StreamState): TokenStyle {
  if (state.atTagName) {
    state.atTagName = false;
    state.rawTag = word === 'raw';
    return statementParsers.has(word.replace(/^end/, '')) || word === 'else' || word === 'elif'
      ? 'keyword'
      : 'tagName';
  }
  const { before } = state;
  state.before = word === 'is' || (word === 'not' && before === 'is') ? 'is' : '';
  if (before === '.') return 'propertyName';
  if (before === '|' || (before === 'is' && word !== 'not')) return 'keyword';
  if (constants.has(word) || word === 'none') return 'atom';
  return reservedWords.has(word) || contextualWords.has(word) ? 'keyword' : 'variableName';
}
