import type { Webhook } from '../api/api';
import { useTexts } from '../texts/texts';

/** The name of a channel; one that this console does not know yet is named as it is. */
export function useChannelName(): (channel: string) => string {
  const { t } = useTexts();
  return (channel) =>
    channel === 'email' ? t('channel.email') : channel === 'sms' ? t('channel.sms') : channel;
}

/** The name of an authentication, with its algorithm where that tells more. */
export function useAuthenticationName(): (authentication: Webhook['authentication']) => string {
  const { t } = useTexts();
  return (authentication) => {
    const type: string = authentication.type;
    if (authentication.type === 'jwt')
      return t('authentication.jwtWith', { algorithm: authentication.algorithm });
    if (type === 'none') return t('authentication.none');
    if (type === 'standardWebhooks') return t('authentication.standardWebhooks');
    if (type === 'oauth2ClientCredentials') return t('authentication.oauth2');
    return type;
  };
}
