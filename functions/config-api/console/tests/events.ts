import { randomUUID } from 'node:crypto';

import { SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';

import { cloud, output } from './cloud';

const sqs = new SQSClient({ endpoint: cloud.endpointUrl });

/** Puts a feedback event on the queue, as the messaging backend does. */
export async function sendEvent(organisation: string, sandbox = 'prod'): Promise<void> {
  const event = {
    eventId: randomUUID(),
    requestId: randomUUID(),
    imsOrg: organisation,
    sandbox: { id: '068abf40-575e-11ea-8512-9b1bfdb82603', name: sandbox },
    channel: 'email',
    messageExecution: {
      messageExecutionID: 'HUMA-26362805',
      messageType: 'transactional',
      campaignID: '16f24a15-7e21-477c-848a-d5695ca7f137',
      campaignVersionID: '2ca10c10-56dd-4505-87cd-fa5da84e7a5d',
      campaignType: 'ApiTriggered',
    },
    messageDeliveryFeedback: {
      feedbackStatus: { value: 'bounce' },
      offers: null,
      messageExclusion: null,
      messageFailure: { category: 'sync', type: 'Hard', code: '22', reason: 'User unknown' },
      retryCount: 0,
    },
    identityMap: { email: [{ id: 'john.doe@example.com', primary: true }] },
  };
  await sqs.send(
    new SendMessageCommand({
      QueueUrl: output('FeedbackQueueUrl'),
      MessageGroupId: `${organisation}/${sandbox}`,
      MessageBody: JSON.stringify(event),
    }),
  );
}
