import { credentialUrl } from './bodies.ts';
import type { Credential } from './credential-store.ts';
import { Html, html } from './html.ts';
import type { Issuer } from './issuer-profile.ts';
import { STYLE } from './page-style.ts';

/** What the server found when it checked the credential for this page. */
export type Verdict =
  | { readonly kind: 'valid' }
  | { readonly kind: 'expired'; readonly on: string }
  | { readonly kind: 'not-verified'; readonly reason: string };

const VERDICTS: Readonly<Record<Verdict['kind'], { readonly title: string; readonly icon: string }>> = {
  valid: { title: 'Valid credential', icon: 'M5 12.5l4.5 4.5L19 7.5' },
  expired: { title: 'Expired credential', icon: 'M12 6v6l4 2' },
  'not-verified': { title: 'This credential could not be verified', icon: 'M6 6l12 12M18 6L6 18' },
};

/** The public page of a credential: one response, no script, nothing from elsewhere. */
export function credentialPage(
  credential: Credential,
  issuer: Issuer,
  publicUrl: string,
  verdict: Verdict,
  checkedAt: Date,
): string {
  const url = credentialUrl(publicUrl, credential.uuid);
  const holder = credential.recipient.name;
  const summary = `${issuer.name} awards ${credential.name} to ${holder}.`;
  return page(
    `${credential.name} — ${holder}`,
    html`<meta property="og:type" content="website" />
      <meta property="og:title" content="${credential.name} — ${holder}" />
      <meta property="og:description" content="${summary}" />
      <meta property="og:url" content="${url}" />
      <link rel="canonical" href="${url}" />
      <link rel="alternate" type="application/vc+ld+json" href="${url}.json" />`,
    html`${banner(verdict, checkedAt)}
      <article>
        ${badge(credential.name)}
        <div>
          <p class="lead">${issuer.name} awards</p>
          <h1>${credential.name}</h1>
          <p class="lead">to <strong>${holder}</strong></p>
          <p>${credential.description}</p>
          <dl>
            <div>
              <dt>Issued</dt>
              <dd><time datetime="${credential.issuedOn}">${dayText(credential.issuedOn)}</time></dd>
            </div>
            <div>
              <dt>Expires</dt>
              <dd>
                ${credential.expiredOn === null ? 'Never' : html`<time datetime="${credential.expiredOn}">${dayText(credential.expiredOn)}</time>`}
              </dd>
            </div>
            <div>
              <dt>Credential ID</dt>
              <dd><code>${credential.id}</code></dd>
            </div>
          </dl>
          <p class="actions">
            <a class="button" href="${url}.json">Signed document</a>
            <a class="button" href="${linkedIn(credential, issuer, url)}" rel="noopener">Add to LinkedIn</a>
            ${credential.courseLink === null ? undefined : html`<a class="button" href="${credential.courseLink}" rel="noopener nofollow">About the course</a>`}
          </p>
        </div>
      </article>
      <section>
        <h2>Verify it yourself</h2>
        <p>
          The signed document is an Open Badges 3.0 credential with an <code>eddsa-rdfc-2022</code> proof.
          Download it and give it to any verifier of Open Badges or Verifiable Credentials; it does not need
          this site.
        </p>
        <p class="link">
          <label for="link">Link to this page</label><input id="link" readonly value="${url}" />
        </p>
        <p class="fine">Issuer: <code>${issuer.issuerId}</code></p>
      </section>`,
  );
}

/** The page where there is no credential to show. */
export function noCredentialPage(kind: 'deleted' | 'unknown'): string {
  const text =
    kind === 'deleted'
      ? 'This credential was deleted by its issuer.'
      : 'There is no credential here. It may not be published yet; check the link, or ask whoever issued it.';
  return page(
    'No credential',
    html``,
    html`<section class="alone">
      <h1>No credential</h1>
      <p>${text}</p>
    </section>`,
  );
}

function page(title: string, head: Html, body: Html): string {
  return html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="robots" content="noindex" />
        <title>${title}</title>
        ${head}
        <style>
          ${new Html(STYLE)}
        </style>
      </head>
      <body>
        <main>${body}</main>
      </body>
    </html> `.text;
}

function banner(verdict: Verdict, checkedAt: Date): Html {
  const { title, icon } = VERDICTS[verdict.kind];
  const detail =
    verdict.kind === 'expired'
      ? `It was valid until ${dayText(verdict.on)}.`
      : verdict.kind === 'not-verified'
        ? verdict.reason
        : '';
  return html`<div class="banner ${verdict.kind}" role="status">
    <svg viewBox="0 0 24 24" width="24" height="24" aria-hidden="true">
      <circle cx="12" cy="12" r="11" />
      <path d="${icon}" />
    </svg>
    <p>
      <strong>${title}</strong> ${detail}<span
        >Signature checked by this server on
        <time datetime="${checkedAt.toISOString()}"
          >${dayText(checkedAt.toISOString().slice(0, 10))}, ${checkedAt.toISOString().slice(11, 16)}
          UTC</time
        ></span
      >
    </p>
  </div>`;
}

/** A drawn badge with the initials of the credential. */
function badge(name: string): Html {
  const words = name.split(/\s+/).filter((word) => /^[A-Za-z0-9\u00C0-\uFFDC]/.test(word));
  const initials = words
    .slice(0, 2)
    .map((word) => word.slice(0, 1).toUpperCase())
    .join('');
  return html`<svg class="badge" viewBox="0 0 120 120" role="img" aria-label="Badge: ${name}">
    <path d="M60 4l48 20v34c0 30-20 50-48 58C32 108 12 88 12 58V24z" class="shield" />
    <path d="M60 13l39 16v29c0 25-16 42-39 49-23-7-39-24-39-49V29z" class="line" />
    <text x="60" y="72" text-anchor="middle">${initials}</text>
  </svg>`;
}

const DAY = new Intl.DateTimeFormat('en-GB', {
  day: 'numeric',
  month: 'long',
  year: 'numeric',
  timeZone: 'UTC',
});

function dayText(day: string): string {
  return DAY.format(new Date(`${day}T00:00:00Z`));
}

function linkedIn(credential: Credential, issuer: Issuer, url: string): string {
  const parameters = new URLSearchParams({
    startTask: 'CERTIFICATION_NAME',
    name: credential.name,
    organizationName: issuer.name,
    issueYear: credential.issuedOn.slice(0, 4),
    issueMonth: String(Number(credential.issuedOn.slice(5, 7))),
    certUrl: url,
    certId: String(credential.id),
  });
  if (credential.expiredOn !== null) {
    parameters.set('expirationYear', credential.expiredOn.slice(0, 4));
    parameters.set('expirationMonth', String(Number(credential.expiredOn.slice(5, 7))));
  }
  return `https://www.linkedin.com/profile/add?${parameters.toString()}`;
}
