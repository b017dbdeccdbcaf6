// Azure counts a machine as failed until it has said that it is ready, to the address at which the host itself answers (the
// wire server): which container and instance it is, then a health report. As its agent and cloud-init do.
import { decodeUtf8 } from '../../../base/utf8.ts';
import { elementIn, quoteXml, unescapeXml } from '../../../contract/metadata/xml.ts';
import type { ProvisionLine } from '../../../contract/provision.ts';
import type { Host } from '../../host/host.ts';
import type { Deadline } from '../deadline.ts';
import { describeAnswer, fetchAll } from '../network/fetch.ts';

const server = 'http://168.63.129.16/machine';
const headers = { 'x-ms-agent-name': 'catamaran', 'x-ms-version': '2012-11-30' };
const tries = 6;

export function reportToAzure(host: Host, deadline: Deadline): ProvisionLine | undefined {
  let problem = '';
  for (let attempt = 0; attempt < tries && deadline.left() > 0; attempt++) {
    if (attempt > 0) host.run(['sleep', String(Math.min(2 ** attempt, 8))]);
    const [goal] = fetchAll(host, [{ url: `${server}/?comp=goalstate`, headers }], { deadline });
    const state = goal!.body && readGoal(decodeUtf8(goal!.body) ?? '');
    if (state === undefined) {
      problem = goal!.body ? 'the goal state is none' : describeAnswer(goal!);
      continue;
    }
    const body = { type: 'text/xml; charset=utf-8', text: healthReport(state) };
    const [answer] = fetchAll(host, [{ url: `${server}?comp=health`, headers, body }], { deadline });
    if (answer!.status >= 200 && answer!.status < 300) return undefined;
    problem = describeAnswer(answer!);
  }
  return { what: 'ready', message: `Azure’s wire server was not told: ${problem || 'the time is over'}` };
}

interface Goal {
  readonly incarnation: string;
  readonly container: string;
  readonly instance: string;
}

function readGoal(xml: string): Goal | undefined {
  const value = (name: string) => unescapeXml(elementIn(xml, name) ?? '').trim();
  const goal = {
    incarnation: value('Incarnation'),
    container: value('ContainerId'),
    instance: value('InstanceId'),
  };
  return Object.values(goal).every((text) => /^[\w.-]{1,200}$/.test(text)) ? goal : undefined;
}

function healthReport({ incarnation, container, instance }: Goal): string {
  const element = (name: string, content: string) => `<${name}>${content}</${name}>`;
  const role = element('InstanceId', quoteXml(instance)) + element('Health', element('State', 'Ready'));
  const inside =
    element('GoalStateIncarnation', quoteXml(incarnation)) +
    element(
      'Container',
      element('ContainerId', quoteXml(container)) + element('RoleInstanceList', element('Role', role)),
    );
  return `<?xml version="1.0" encoding="utf-8"?>${element('Health', inside)}`;
}
