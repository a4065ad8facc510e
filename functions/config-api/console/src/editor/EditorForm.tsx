import {
  AlertDialog,
  Button,
  ButtonGroup,
  Content,
  DialogContainer,
  Form,
  Heading,
  InlineAlert,
} from '@react-spectrum/s2';
import { style } from '@react-spectrum/s2/style' with { type: 'macro' };
import { type ReactNode, useEffect, useRef, useState } from 'react';
import { useBlocker } from 'react-router';

import { Failure } from '../parts/Failure';
import { faultText } from '../texts/faults';
import { useTexts } from '../texts/texts';
import { AuthenticationSection } from './AuthenticationSection';
import { BasicSection } from './BasicSection';
import { HeadersSection } from './HeadersSection';
import type { Editor } from './useEditor';

/** The three sections, what is wrong with them, and the actions. */
export function EditorForm({
  editor,
  error,
  isSaving,
  isSaved,
  onSubmit,
  onCancel,
  test,
}: {
  editor: Editor;
  /** Why the save failed, if not for faults of fields. */
  error: unknown;
  isSaving: boolean;
  /** Whether the page is about to be left because everything is saved. */
  isSaved: () => boolean;
  onSubmit: () => void;
  onCancel: () => void;
  /** The button that sends a test event. */
  test: ReactNode;
}) {
  const { t } = useTexts();
  return (
    <>
      <UnsavedGuard isChanged={editor.isChanged} isSaved={isSaved} />
      <Form
        validationBehavior="aria"
        onSubmit={(event) => {
          event.preventDefault();
          onSubmit();
        }}
      >
        <FaultSummary editor={editor} />
        {error ? <Failure error={error} /> : null}
        <div>
          <BasicSection editor={editor} />
          <AuthenticationSection editor={editor} />
          <HeadersSection editor={editor} />
        </div>
        <div className={actions}>
          <ButtonGroup>
            <Button
              variant="accent"
              type="submit"
              isPending={isSaving}
              isDisabled={editor.isDisabled && !isSaving}
            >
              {t('submit')}
            </Button>
            <Button variant="secondary" onPress={onCancel}>
              {t('cancel')}
            </Button>
          </ButtonGroup>
          {test}
        </div>
      </Form>
    </>
  );
}

const actions = style({
  position: 'sticky',
  bottom: 0,
  display: 'flex',
  flexWrap: 'wrap',
  gap: 12,
  justifyContent: 'space-between',
  paddingY: 16,
  backgroundColor: 'base',
  borderWidth: 0,
  borderStyle: 'solid',
  borderTopWidth: 1,
  borderColor: 'gray-200',
});

/** Says how many fields are wrong, and what is wrong that no field shows. */
function FaultSummary({ editor }: { editor: Editor }) {
  const { t, language } = useTexts();
  const summary = useRef<HTMLDivElement>(null);
  const { faults } = editor;
  const count = faults.size;
  useEffect(() => {
    if (!count) return;
    const first = document.querySelector<HTMLElement>('[aria-invalid="true"], [data-invalid] input');
    first?.focus();
    (first ?? summary.current)?.scrollIntoView({ block: 'center' });
    // Only when faults arrive: while they are corrected one by one, the focus stays with the administrator.
  }, [count > 0]);
  if (!count) return null;
  const hidden = [...faults].filter(([place]) => !isShown(place, editor)).flatMap(([, list]) => list);
  return (
    <div ref={summary}>
      <InlineAlert variant="negative">
        <Heading level={2}>{t('faults.title', { count })}</Heading>
        <Content>
          {t('faults.text')}
          {hidden.map((fault, index) => (
            <span key={index} className={style({ display: 'block', marginTop: 4 })}>
              {fault.pointer ? `${fault.pointer}: ` : ''}
              {faultText(fault, language, t)}
            </span>
          ))}
        </Content>
      </InlineAlert>
    </div>
  );
}

const SHOWN = /^\/(name|channels|url|feedbackStatuses|campaigns)(\/|$)|^\/headers(\/\d+\/(name|value))?$/;

function isShown(place: string, { draft }: Editor): boolean {
  return SHOWN.test(place) || (place.startsWith('/authentication/') && draft.authenticationType !== 'none');
}

/** Asks before changes are lost: by a link of the page, or by closing it. */
function UnsavedGuard({ isChanged, isSaved }: { isChanged: boolean; isSaved: () => boolean }) {
  const { t } = useTexts();
  const blocker = useBlocker(
    ({ currentLocation, nextLocation }) =>
      isChanged && !isSaved() && currentLocation.pathname !== nextLocation.pathname,
  );
  const [isAsking, setAsking] = useState(false);
  useEffect(() => setAsking(blocker.state === 'blocked'), [blocker.state]);
  useEffect(() => {
    if (!isChanged) return;
    const ask = (event: BeforeUnloadEvent) => {
      if (!isSaved()) event.preventDefault();
    };
    window.addEventListener('beforeunload', ask);
    return () => window.removeEventListener('beforeunload', ask);
  }, [isChanged, isSaved]);
  return (
    <DialogContainer onDismiss={() => blocker.state === 'blocked' && blocker.reset()}>
      {isAsking && (
        <AlertDialog
          variant="warning"
          title={t('unsaved.title')}
          primaryActionLabel={t('unsaved.leave')}
          cancelLabel={t('unsaved.stay')}
          autoFocusButton="cancel"
          onPrimaryAction={() => blocker.state === 'blocked' && blocker.proceed()}
          onCancel={() => blocker.state === 'blocked' && blocker.reset()}
        >
          {t('unsaved.text')}
        </AlertDialog>
      )}
    </DialogContainer>
  );
}
