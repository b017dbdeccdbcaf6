"""A repository as python-tuf writes it: indented JSON, keys of several kinds, no hashes in timestamp and snapshot,
targets in directories. Arguments: a directory, and how many states of it to write, each below its number."""
import os, shutil, sys
from datetime import datetime, timezone
from securesystemslib.signer import CryptoSigner
from tuf.api.metadata import (DelegatedRole, Delegations, MetaFile, Metadata, Root, Snapshot, TargetFile, Targets,
                              Timestamp)
from tuf.api.serialization.json import JSONSerializer

base, states = os.path.join(sys.argv[1], '1'), int(sys.argv[2])
expires = datetime(2040, 1, 1, tzinfo=timezone.utc)
ed, ec, rsa = CryptoSigner.generate_ed25519(), CryptoSigner.generate_ecdsa(), CryptoSigner.generate_rsa()
signers = {'root': [ed, ec, rsa], 'targets': [ec], 'snapshot': [rsa, ec], 'timestamp': [rsa, ed]}
threshold = {'root': 2, 'targets': 1, 'snapshot': 1, 'timestamp': 1}


def write(path, data):
    path = os.path.join(base, path)
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, 'wb') as file:
        file.write(data)


def publish(signed, role, by):
    metadata = Metadata(signed)
    for signer in by:
        metadata.sign(signer, append=True)
    name = 'timestamp.json' if role == 'timestamp' else f'{signed.version}.{role}.json'
    write(f'metadata/{name}', metadata.to_bytes(JSONSerializer(compact=False)))
    return MetaFile(signed.version)


def target(name, data, *algorithms):
    file = TargetFile.from_data(name, data, list(algorithms))
    for path in file.get_prefixed_paths():
        write(f'targets/{path}', data)
    return file


root = Root(expires=expires, consistent_snapshot=True)
for role, by in signers.items():
    for signer in by:
        root.add_key(signer.public_key, role)
    root.roles[role].threshold = threshold[role]
publish(root, 'root', signers['root'])

for version in range(1, states + 1):
    if version > 1:
        base = shutil.copytree(base, os.path.join(sys.argv[1], str(version)))
    targets = Targets(version=version, expires=expires)
    plain = target('top.txt', b'top', 'sha256')
    targets.targets['top.txt'] = plain
    by_pattern = DelegatedRole('Lib-1', [], 1, False, paths=['lib/*/*.bin'])
    by_hash = DelegatedRole('hashed', [], 1, True, path_hash_prefixes=[f'{each:x}' for each in range(16)])
    targets.delegations = Delegations({}, {'Lib-1': by_pattern, 'hashed': by_hash})
    for role, signer in (('Lib-1', ed), ('hashed', ec)):
        targets.add_key(signer.public_key, role)
    if version == 1:
        lib = Targets(expires=expires)
        lib.targets['lib/1.0/a.bin'] = target('lib/1.0/a.bin', b'a', 'sha256', 'sha512')
        hashed = Targets(expires=expires)
        hashed.targets['other/b.bin'] = target('other/b.bin', b'b', 'sha256')
        below = {'Lib-1.json': publish(lib, 'Lib-1', [ed]), 'hashed.json': publish(hashed, 'hashed', [ec])}
    meta = {'targets.json': publish(targets, 'targets', signers['targets']), **below}
    snapshot = Snapshot(version=version, expires=expires, meta=meta)
    timestamp = Timestamp(version=version, expires=expires,
                          snapshot_meta=publish(snapshot, 'snapshot', signers['snapshot']))
    publish(timestamp, 'timestamp', signers['timestamp'])
