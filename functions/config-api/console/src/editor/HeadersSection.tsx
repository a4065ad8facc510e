import { ActionButton, Button, Checkbox, Text, TextField } from '@react-spectrum/s2';
import { style } from '@react-spectrum/s2/style' with { type: 'macro' };
import Add from '@react-spectrum/s2/icons/Add';
import Delete from '@react-spectrum/s2/icons/Delete';

import { Section } from '../parts/Section';
import { useTexts } from '../texts/texts';
import type { HeaderDraft } from './draft';
import type { Editor } from './useEditor';

/** As many as the API takes. */
const MOST_HEADERS = 20;
let rows = 0;

/** Custom headers that are sent with each request. */
export function HeadersSection({ editor }: { editor: Editor }) {
  const { t } = useTexts();
  const { draft, set, faultAt, isDisabled } = editor;
  const add = () =>
    set('headers', [
      ...draft.headers,
      { key: `new-${rows++}`, name: '', value: '', secret: false, savedAt: null },
    ]);
  const change = (index: number, change: Partial<HeaderDraft>) =>
    set(
      'headers',
      draft.headers.map((header, at) => (at === index ? { ...header, ...change } : header)),
    );
  const whole = editor.faults.get('/headers')?.length ? faultAt('/headers') : undefined;
  return (
    <Section title={t('section.headers')} about={t('section.headers.about')}>
      <div className={style({ display: 'flex', flexDirection: 'column', gap: 16 })}>
        {draft.headers.map((header, index) => (
          <div
            key={header.key}
            role="group"
            aria-label={t('header.number', { number: index + 1 })}
            className={style({
              display: 'flex',
              flexWrap: { default: 'wrap', md: 'nowrap' },
              columnGap: 16,
              rowGap: 8,
              alignItems: 'start',
            })}
          >
            <TextField
              label={t('header.name')}
              isRequired
              autoComplete="off"
              spellCheck="false"
              value={header.name}
              onChange={(name) => change(index, { name })}
              isInvalid={!!faultAt(`/headers/${index}/name`)}
              errorMessage={faultAt(`/headers/${index}/name`)}
              isDisabled={isDisabled}
              styles={style({ width: { default: 'full', md: 240 }, flexShrink: 0 })}
            />
            <TextField
              label={t('header.value')}
              isRequired={!header.savedAt}
              type={header.secret ? 'password' : 'text'}
              autoComplete="off"
              spellCheck="false"
              placeholder={header.savedAt ? t('header.kept') : undefined}
              value={header.value}
              onChange={(value) => change(index, { value })}
              isInvalid={!!faultAt(`/headers/${index}/value`)}
              errorMessage={faultAt(`/headers/${index}/value`)}
              isDisabled={isDisabled}
              styles={style({ width: 'full', flexGrow: 1 })}
            />
            <div className={style({ paddingTop: { default: 0, md: 28 } })}>
              <Checkbox
                isSelected={header.secret}
                isDisabled={isDisabled || header.savedAt !== null}
                onChange={(secret) => change(index, { secret })}
              >
                {t('header.secret')}
              </Checkbox>
            </div>
            <div className={style({ paddingTop: { default: 0, md: 24 } })}>
              <ActionButton
                isQuiet
                isDisabled={isDisabled}
                aria-label={t('header.remove', { name: header.name || String(index + 1) })}
                onPress={() => {
                  set(
                    'headers',
                    draft.headers.filter((_, at) => at !== index),
                  );
                  editor.setFaults([]);
                }}
              >
                <Delete />
              </ActionButton>
            </div>
          </div>
        ))}
        {whole && (
          <div role="alert" className={style({ font: 'ui-sm', color: 'negative' })}>
            {whole}
          </div>
        )}
        <div>
          <Button
            variant="secondary"
            onPress={add}
            isDisabled={isDisabled || draft.headers.length >= MOST_HEADERS}
          >
            <Add />
            <Text>{t('header.add')}</Text>
          </Button>
        </div>
      </div>
    </Section>
  );
}
