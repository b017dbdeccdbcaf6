// What the format aws writes is what Amazon's SDK takes: the blocks for the EBS direct API, each with its digest, and the request that
// registers the image, against Moto, which answers as EC2 does.
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { buildSpec } from '../../src/output/build.ts';
import type { Tools } from '../../src/tools/tools.ts';
import { tinySpec } from '../support/build.ts';
import { testContext } from '../support/context.ts';
import { hostTools } from '../support/tools.ts';
import { freePort, type PythonService, pythonEnvironment, startPython } from './python-service.ts';

/** As a person would by hand, with boto3; it knows each key of a request, and what it can be. Moto keeps but the name. */
const uploader = `
import base64, hashlib, json, sys
import boto3
url, raw, document = sys.argv[1:]
document = json.load(open(document))
blocks, request = document['blocks'], document['registerImage']
session = boto3.Session(aws_access_key_id='a', aws_secret_access_key='b', region_name='us-east-1')
ebs, ec2 = (session.client(name, endpoint_url=url) for name in ('ebs', 'ec2'))
snapshot = ebs.start_snapshot(VolumeSize=blocks['volumeSize'])
size, sums = blocks['blockSize'], b''
with open(raw, 'rb') as file:
    for block in blocks['blocks']:
        file.seek(block['index'] * size)
        data = file.read(size).ljust(size, b'\\0')
        sums += hashlib.sha256(data).digest()
        assert base64.b64encode(hashlib.sha256(data).digest()).decode() == block['sha256'], block
        ebs.put_snapshot_block(SnapshotId=snapshot['SnapshotId'], BlockIndex=block['index'], BlockData=data,
                               DataLength=size, Checksum=block['sha256'], ChecksumAlgorithm='SHA256')
ended = ebs.complete_snapshot(SnapshotId=snapshot['SnapshotId'], ChangedBlocksCount=blocks['changedBlocks'],
                              Checksum=blocks['checksum'], ChecksumAlgorithm='SHA256',
                              ChecksumAggregationMethod='LINEAR')
request['BlockDeviceMappings'][0]['Ebs']['SnapshotId'] = snapshot['SnapshotId']
image = ec2.register_image(**request)
there = ec2.describe_images(ImageIds=[image['ImageId']])['Images'][0]
listed = ebs.list_snapshot_blocks(SnapshotId=snapshot['SnapshotId'])['Blocks']
print(json.dumps({'status': ended['Status'], 'blocks': len(listed), 'name': there['Name'],
                  'checksum': base64.b64encode(hashlib.sha256(sums).digest()).decode()}))
`;

let room: string;
let tools: Tools;
let moto: PythonService | undefined;
let url: string;
beforeAll(async () => {
  room = await mkdtemp(join(tmpdir(), 'catamaran-moto-'));
  tools = await hostTools(['tools-glance']);
  const port = await freePort();
  url = `http://127.0.0.1:${port}`;
  moto = await startPython(tools, ['-m', 'moto.server', '-H', '127.0.0.1', '-p', String(port)], {
    url,
    cwd: room,
  });
});
afterAll(async () => {
  await moto?.stop();
  await rm(room, { recursive: true, force: true });
});

test.each(['amd64', 'arm64'] as const)(
  '%s: every block arrives, and the image is registered',
  async (arch) => {
    const out = join(room, arch);
    await writeFile(join(room, 'tiny.yml'), tinySpec.replace('version: 1.0.0', 'version: 1.0.0+x~y'));
    const request = { file: join(room, 'tiny.yml'), out, formats: ['aws'], arch, frozen: false } as const;
    await buildSpec(request, await testContext());
    const [raw, document] = [join(out, 'tiny.raw'), join(out, 'tiny.json')];
    const { blocks } = JSON.parse(await readFile(document, 'utf8'));
    const args = ['-c', uploader, url, raw, document];
    const { stdout } = await tools.run('python3', args, { env: { ...pythonEnvironment(tools), HOME: room } });
    expect(JSON.parse(stdout), moto!.log().slice(-2000)).toEqual({
      status: 'completed',
      blocks: blocks.changedBlocks,
      name: `tiny-1.0.0-x-y-${arch}`,
      checksum: blocks.checksum,
    });
  },
);
