import { expect, test } from 'vitest';
import { listeningSockets } from './listening-sockets.ts';

const tables = `  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode
   0: 00000000:0050 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 11 1 0
   1: 0100007F:094B 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 12 1 0
   2: 0100007F:9C40 0100007F:094B 01 00000000:00000000 00:00000000 00000000     0        0 13 1 0
   4: 0100007F:AE97 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 23 1 0
   3: 00000000:1F90 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 99 1 0
  sl  local_address                         remote_address                        st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode
   0: 00000000000000000000000000000000:0050 00000000000000000000000000000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 14 1 0
   1: 00000000000000000000000001000000:0143 00000000000000000000000000000000:0000 07 00000000:00000000 00:00000000 00000000     0        0 15 2 0
  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode ref pointer drops
   7: 0100007F:0143 00000000:0000 07 00000000:00000000 00:00000000 00000000     0        0 16 2 0
   8: 00000000:A000 00000000:0000 07 00000000:00000000 00:00000000 00000000     0        0 17 2 0
   9: 0200000A:0044 0100000A:0043 07 00000000:00000000 00:00000000 00000000     0        0 18 2 0
Num       RefCount Protocol Flags    Type St Inode Path
0000000000000000: 00000002 00000000 00010000 0001 01 19 /var/run/docker.sock
0000000000000000: 00000002 00000000 00010000 0001 01 22 /run/docker/libnetwork/6c411eb0a51a.sock
0000000000000000: 00000003 00000000 00000000 0001 03 20 /run/docker.sock
0000000000000000: 00000003 00000000 00000000 0001 03 21
`;

test('what waits for others is named once, and neither clients nor sockets of other processes are', () => {
  const own = new Set(['11', '12', '13', '14', '15', '16', '17', '18', '19', '20', '21', '22', '23']);
  expect(listeningSockets(tables, own)).toEqual([
    '*:80',
    '/run/docker.sock',
    '/run/docker/libnetwork/ID.sock',
    '127.0.0.1:2379',
    'udp 127.0.0.1:323',
    'udp [::1]:323',
  ]);
});
