export type { Schema } from './check/schema.ts';
export { dataKey } from './data.ts';
export type { DataAnswer, DataAnswers, DataRequest, DataRequestBody, DataSource } from './data.ts';
export type { Diagnostic, TextEdit } from './diagnostic.ts';
export { createEngine } from './engine.ts';
export type { CheckOptions, Compilation, CompileOptions, Engine, EngineOptions } from './engine.ts';
export type {
  InsertCall,
  InsertDefinition,
  InsertGrammar,
  InsertHost,
  InsertOptionGrammar,
  InsertOutcome,
  StaticInsertCall,
} from './insert-definition.ts';
export { standardInserts } from './inserts/index.ts';
export { defaultLimits } from './limits.ts';
export type { Limits } from './limits.ts';
export type { NeededCatalog, NeededNames, Needs, NeedsCollector } from './needs.ts';
export type { OutputContext } from './output/output-mode.ts';
export { renderWith, tooManyRounds } from './render-with.ts';
export type { RenderOutcome } from './render-with.ts';
export type { PlaceWithin, RenderError, RenderInput, RenderPass, SkipReason, Template } from './template.ts';
export type { LoadedSource, TemplateLoader } from './template-loader.ts';
export { templateStreamParser } from './editor/stream-parser.ts';
export type { StreamState, TextStream, TokenStyle } from './editor/stream-parser.ts';
export type { FilterDefinition, FunctionDefinition, Library, TestDefinition } from './library.ts';
export { methodsByKind } from './methods/call-method.ts';
