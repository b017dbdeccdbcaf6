// What a machine with component:init-docker does of its settings, at each boot and when somebody asks: none of it keeps the others
// from being done.
import { messageOf } from '../../base/errors.ts';
import { dropNotice, putNotice } from '../condition/notices.ts';
import { AgentError, type Host } from '../host/host.ts';
import { startConsole } from './console.ts';
import { restartEngine, setEngineTls } from './engine-tls.ts';
import { preloadImages } from './preload.ts';
import { enabledNames, startServices } from './services.ts';
import { readSettings, settingOf } from './settings.ts';
import { makeMissingServerCertificate } from './tls.ts';

export function applySettings(host: Host): void {
  const problems = [...readSettings(host).problems];
  const attempt = (work: () => void) => {
    try {
      work();
    } catch (error) {
      problems.push(messageOf(error));
    }
  };
  attempt(() => {
    const tls = settingOf(host, 'docker.tls') === 'true';
    if (tls) makeMissingServerCertificate(host);
    if (setEngineTls(host, tls)) restartEngine(host);
  });
  preloadImages(host, (message) => problems.push(message));
  attempt(() => startConsole(host, settingOf(host, 'console') ?? 'default'));
  attempt(() => startServices(host, enabledNames(host)));
  if (problems.length === 0) dropNotice(host, 'system');
  else {
    putNotice(host, 'system', problems.join('\n'));
    throw new AgentError(problems.join('\n'), { code: 'system-setting' });
  }
}
