import { style } from '@react-spectrum/s2/style' with { type: 'macro' };
import type { ReactNode } from 'react';

import type { Versioned, Webhook } from '../api/api';
import { SetSince } from '../editor/WriteOnly';
import { Code } from '../parts/Code';
import { Facts } from '../parts/Facts';
import { Section } from '../parts/Section';
import { Time } from '../parts/Time';
import { useAuthenticationName, useChannelName } from '../parts/names';
import { useTexts } from '../texts/texts';
import { DeliveryChart } from './DeliveryChart';
import { Keys } from './Keys';

/** How it is set up, and how deliveries went. */
export function Overview({ versioned }: { versioned: Versioned }) {
  const { webhook } = versioned;
  const { authentication } = webhook;
  const { t, list } = useTexts();
  const channelName = useChannelName();
  return (
    <div className={style({ paddingTop: 16 })}>
      <DeliveryChart webhook={webhook} />
      <Section title={t('section.basic')}>
        <Facts
          facts={[
            [t('field.name'), webhook.name],
            [t('sandbox'), webhook.sandbox],
            [t('field.channels'), list(webhook.channels.map(channelName))],
            [t('field.url'), webhook.url],
            [t('field.statuses'), list(webhook.feedbackStatuses)],
            [t('field.campaigns'), t(webhook.campaigns === 'all' ? 'campaigns.all' : 'campaigns.switchedOn')],
            [t('field.paused'), t(webhook.paused ? 'yes' : 'no')],
          ]}
        />
      </Section>
      <Section title={t('section.authentication')}>
        <AuthenticationFacts authentication={authentication} />
      </Section>
      {authentication.type === 'jwt' && authentication.jwksUri && (
        <Keys versioned={versioned} published={authentication.publicKeys} address={authentication.jwksUri} />
      )}
      <Section title={t('section.headers')}>
        {webhook.headers.length ? (
          <Facts
            facts={webhook.headers.map((header): [string, ReactNode] => [
              header.name,
              header.valueSetAt ? <SetSince iso={header.valueSetAt} /> : (header.value ?? ''),
            ])}
          />
        ) : (
          <p className={style({ font: 'ui', color: 'neutral-subdued', margin: 0 })}>{t('headers.none')}</p>
        )}
      </Section>
      <Section title={t('section.history')}>
        <Facts
          facts={[
            [
              t('history.created'),
              <>
                <Time iso={webhook.createdAt} absolute /> · {webhook.createdBy}
              </>,
            ],
            [
              t('history.modified'),
              <>
                <Time iso={webhook.modifiedAt} absolute /> · {webhook.modifiedBy}
              </>,
            ],
            [t('history.id'), webhook.id],
          ]}
        />
      </Section>
    </div>
  );
}

function AuthenticationFacts({ authentication }: { authentication: Webhook['authentication'] }) {
  const { t, number, dateTime } = useTexts();
  const name = useAuthenticationName()(authentication);
  const secret = (iso: string | undefined) => iso && <SetSince iso={iso} />;
  switch (authentication.type) {
    case 'none':
      return <Facts facts={[[t('field.authentication'), name]]} />;
    case 'standardWebhooks':
      return (
        <Facts
          facts={[
            [t('field.authentication'), name],
            [t('signature.scheme'), t(authentication.scheme === 'v1' ? 'signature.v1' : 'signature.v1a')],
            [t('jwt.secret'), secret(authentication.secretSetAt)],
            [
              t('signature.publicKey'),
              authentication.publicKey && (
                <Code text={authentication.publicKey} label={t('signature.publicKey')} />
              ),
            ],
            [
              t('signature.previous'),
              authentication.previous &&
                t('signature.previousUntil', { time: dateTime(authentication.previous.expiresAt) }),
            ],
          ]}
        />
      );
    case 'oauth2ClientCredentials':
      return (
        <Facts
          facts={[
            [t('field.authentication'), name],
            [t('oauth.tokenUrl'), authentication.tokenUrl],
            [t('oauth.clientId'), authentication.clientId],
            [t('oauth.clientSecret'), secret(authentication.clientSecretSetAt)],
            [
              t('oauth.clientAuthentication'),
              t(authentication.clientAuthentication === 'basic' ? 'oauth.basic' : 'oauth.body'),
            ],
            [t('oauth.scope'), authentication.scope],
            [t('oauth.audience'), authentication.audience],
          ]}
        />
      );
    case 'jwt':
      break;
  }
  const claims = Object.keys(authentication.claims).length;
  return (
    <Facts
      facts={
        [
          [t('field.authentication'), name],
          [t('jwt.secret'), secret(authentication.secretSetAt)],
          [t('jwt.privateKey'), secret(authentication.privateKeySetAt)],
          [t('jwt.keyId'), authentication.keyId],
          [t('jwt.issuer'), authentication.issuer],
          [t('jwt.subject'), authentication.subject],
          [t('jwt.audience'), authentication.audience.join(', ')],
          [t('jwt.lifetime'), t('seconds', { number: number(authentication.lifetimeSeconds) })],
          [
            t('jwt.claims'),
            claims > 0 && (
              <Code
                key="claims"
                text={JSON.stringify(authentication.claims, null, 2)}
                label={t('jwt.claims')}
              />
            ),
          ],
          [t('jwt.headerName'), `${authentication.headerName}: ${authentication.headerPrefix} …`],
        ].filter(([, value]) => value) as [string, ReactNode][]
      }
    />
  );
}
