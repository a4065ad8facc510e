import { Button, Content, Heading, InlineAlert, ProgressBar } from '@react-spectrum/s2';
import { style } from '@react-spectrum/s2/style' with { type: 'macro' };

import type { StageName, TestReport, TestStage } from '../api/api';
import { adviceText, failureText } from '../texts/delivery';
import { type PlainKey, useTexts } from '../texts/texts';
import { ActionDialog } from './ActionDialog';
import { Code } from './Code';
import { Failure } from './Failure';
import { Exchange } from './Exchange';

const STAGES: Record<StageName, PlainKey> = {
  dns: 'stage.dns',
  'address-check': 'stage.addressCheck',
  connect: 'stage.connect',
  tls: 'stage.tls',
  authentication: 'stage.authentication',
  answer: 'stage.answer',
};

/** What became of a test event, stage by stage. */
export default function TestDialog({
  result,
  error,
  isRunning,
  onAgain,
  onClose,
}: {
  result: TestReport | null;
  error: unknown;
  isRunning: boolean;
  onAgain: () => void;
  onClose: () => void;
}) {
  const { t } = useTexts();
  return (
    <ActionDialog
      title={t('test.title')}
      size="L"
      closeLabel={t('close')}
      onClose={onClose}
      action={
        <Button variant="primary" onPress={onAgain} isDisabled={isRunning}>
          {t('test.again')}
        </Button>
      }
    >
      {isRunning ? (
        <ProgressBar isIndeterminate label={t('test.running')} styles={style({ width: 'full' })} />
      ) : error ? (
        <Failure error={error} />
      ) : (
        result && <Report result={result} />
      )}
    </ActionDialog>
  );
}

function Report({ result }: { result: TestReport }) {
  const { t, language } = useTexts();
  const isDelivered = result.outcome === 'delivered';
  return (
    <div className={style({ display: 'flex', flexDirection: 'column', gap: 20 })}>
      <InlineAlert variant={isDelivered ? 'positive' : 'negative'}>
        <Heading level={2}>{t(isDelivered ? 'test.delivered' : 'test.failed')}</Heading>
        <Content>
          {result.advice ? adviceText(result.advice, language) : t('test.delivered.text')}
          <span className={style({ display: 'block', marginTop: 4, font: 'ui-sm' })}>
            {t('test.eventId', { id: result.eventId })}
          </span>
        </Content>
      </InlineAlert>
      <ol className={style({ listStyleType: 'none', margin: 0, padding: 0 })} aria-label={t('test.stages')}>
        {result.stages.map((stage) => (
          <Stage key={stage.stage} stage={stage} />
        ))}
      </ol>
      {result.request && (
        <Exchange title={t('request')} headers={result.request.headers} body={result.request.body}>
          <Code text={`${result.request.method} ${result.request.url}`} label={t('request.line')} />
        </Exchange>
      )}
      {result.answer && (
        <Exchange
          title={t('answer.with', { status: String(result.answer.status) })}
          headers={result.answer.headers}
          body={result.answer.bodyExcerpt ?? ''}
        />
      )}
    </div>
  );
}

const MARKS = { passed: '✓', failed: '✕', 'not-reached': '–' } as const;
const OUTCOMES = {
  passed: 'stage.passed',
  failed: 'stage.failed',
  'not-reached': 'stage.notReached',
} as const;

const mark = style<{ outcome: TestStage['outcome'] }>({
  display: 'inline-grid',
  placeItems: 'center',
  size: 20,
  borderRadius: 'full',
  font: 'ui-sm',
  fontWeight: 'bold',
  color: 'white',
  flexShrink: 0,
  backgroundColor: { outcome: { passed: 'positive', failed: 'negative', 'not-reached': 'gray-600' } },
});

function Stage({ stage }: { stage: TestStage }) {
  const { t, language, duration } = useTexts();
  const name = stage.stage in STAGES ? t(STAGES[stage.stage]) : stage.stage;
  return (
    <li
      className={style({
        display: 'grid',
        gridTemplateColumns: ['auto', '1fr', 'auto'],
        columnGap: 12,
        alignItems: 'center',
        paddingY: 8,
        font: 'ui',
        borderWidth: 0,
        borderStyle: 'solid',
        borderTopWidth: { default: 1, ':first-child': 0 },
        borderColor: 'gray-200',
      })}
    >
      <span role="img" aria-label={t(OUTCOMES[stage.outcome])} className={mark({ outcome: stage.outcome })}>
        {MARKS[stage.outcome]}
      </span>
      <span className={style({ minWidth: 0 })}>
        <span className={style({ fontWeight: 'bold' })}>{name}</span>
        {stage.detail && (
          <span
            className={style({
              display: 'block',
              color: 'neutral-subdued',
              font: 'ui-sm',
              overflowWrap: 'anywhere',
            })}
          >
            {stage.outcome === 'failed' ? failureText(stage.detail, language) : stage.detail}
          </span>
        )}
      </span>
      <span className={style({ color: 'neutral-subdued' })}>
        {typeof stage.durationMs === 'number' && duration(stage.durationMs)}
      </span>
    </li>
  );
}
