import { useCallback, useState } from 'react';

import type { WebhookRequest } from '../api/api';
import { type FieldFault, invalid } from '../api/problem';
import { useTexts } from '../texts/texts';
import { faultText } from '../texts/faults';
import type { Draft, JwtDraft, OAuthDraft, SignatureDraft } from './draft';
import { at, type Faults, faultsOf, noFaults, without } from './faults';
import { requestOf } from './requestOf';

/** The form's state: what was typed, and what is wrong with it. */
export interface Editor {
  draft: Draft;
  faults: Faults;
  isChanged: boolean;
  /** Whether a save is on its way or the administrator may not change anything. */
  isDisabled: boolean;
  set: <Name extends keyof Draft>(name: Name, value: Draft[Name]) => void;
  setJwt: <Name extends keyof JwtDraft>(name: Name, value: JwtDraft[Name]) => void;
  setSignature: <Name extends keyof SignatureDraft>(name: Name, value: SignatureDraft[Name]) => void;
  setOAuth: <Name extends keyof OAuthDraft>(name: Name, value: OAuthDraft[Name]) => void;
  replaceDraft: (draft: Draft) => void;
  /**
   * What the form asks the API for.
   *
   * Throws what is wrong with the draft as the API would, if it cannot be sent at all.
   */
  request: () => WebhookRequest;
  /** What is wrong at a JSON pointer, in words. */
  faultAt: (pointer: string) => string | undefined;
  setFaults: (faults: FieldFault[]) => void;
}

export function useEditor(began: Draft, isDisabled: boolean): Editor {
  const { t, language } = useTexts();
  const [draft, setDraft] = useState(began);
  const [faults, setFaultMap] = useState<Faults>(noFaults);
  const set = useCallback(<Name extends keyof Draft>(name: Name, value: Draft[Name]) => {
    setDraft((draft) => ({ ...draft, [name]: value }));
    if (name === 'headers') return;
    setFaultMap((faults) => without(faults, name === 'authenticationType' ? '/authentication' : `/${name}`));
  }, []);
  // Each kind of authentication has its own part of the draft, so that switching to and fro loses nothing.
  const setIn = useCallback((part: 'jwt' | 'signature' | 'oauth', name: string, value: unknown) => {
    setDraft((draft) => ({ ...draft, [part]: { ...draft[part], [name]: value } }));
    setFaultMap((faults) => without(faults, `/authentication/${name}`));
  }, []);
  return {
    draft,
    faults,
    isDisabled,
    isChanged: JSON.stringify(draft) !== JSON.stringify(began),
    set,
    setJwt: (name, value) => setIn('jwt', name, value),
    setSignature: (name, value) => setIn('signature', name, value),
    setOAuth: (name, value) => setIn('oauth', name, value),
    replaceDraft: setDraft,
    request: () => {
      const made = requestOf(draft);
      if ('faults' in made) throw invalid(made.faults);
      return made.request;
    },
    setFaults: useCallback((faults) => setFaultMap(faultsOf(faults)), []),
    faultAt: (pointer) => {
      const found = at(faults, pointer);
      return found.length ? found.map((fault) => faultText(fault, language, t)).join(' ') : undefined;
    },
  };
}
