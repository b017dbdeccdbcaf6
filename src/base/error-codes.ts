// Every code that an error of ours can have, each with what it means and what to do: one line for one more. By subject,
// in the order of a build. Programs match on codes, so one that was released keeps its name. docs/errors.md is made
// from this, and `catamaran explain-error` reads it. All others take the type alone: the device does not carry the texts.

export const errorCodes = {
  'The command line': {
    'usage-no-command': 'No command was given. `catamaran --help` lists them.',
    'usage-unknown-command': 'There is no such command. `catamaran --help` lists them.',
    'usage-unknown-option':
      'The command has no such option. `catamaran COMMAND --help` lists those that it has.',
    'usage-missing-argument':
      'An argument is missing. `catamaran COMMAND --help` says what the command takes.',
    'usage-excess-arguments': 'More arguments than the command takes. Put a text with spaces in quotes.',
    'usage-option-missing-argument': 'An option has no value. Write it after the option.',
    'usage-missing-mandatory-option-value': 'The command does not go without this option. Add it.',
    'usage-conflicting-option': 'Two options exclude each other. Leave one out.',
    'usage-invalid-argument':
      'An argument or an option has a value that it cannot have. The message says what it can be.',
    'usage-arch': 'Catamaran does not build for this machine’s architecture. Name another with --arch.',
    'usage-certificate': 'A file of --registry-ca is no certificate of an authority. Give a PEM file.',
    'usage-component': 'What was named is no component. Write its name, or a directory that begins with ./.',
    'usage-nothing-asked':
      'The command was not told what to do. Give one of the options that the hint names.',
    'usage-init-name': 'A directory’s name cannot be a system’s. Use lower-case letters, digits and "-".',
    'usage-init-exists': 'There is a file already where one would be written. Name another directory.',
    'usage-setting': 'There is no setting of this name. `catamaran config` lists them.',
    'config-malformed':
      'The file of settings is not JSON. Remove it, and set them anew with `catamaran config`.',
    'usage-error-code': 'No error has this code. docs/errors.md lists all codes.',
    'format-unknown':
      'There is no output format of this name, or not for this. `catamaran formats` lists them.',
    'deployment-unknown':
      'There is no deployment file of this name. The message or the hint says which there are.',
    'deployment-without-output':
      'A deployment file was asked for without an output that it deploys. Add one of the formats that it names.',
    'format-impossible':
      'The format cannot be made of this spec, or for this architecture. The message says why.',
    'usage-source-date-epoch': 'SOURCE_DATE_EPOCH is no whole number of seconds. Mend or unset it.',
    interrupted:
      'The command was stopped, by Ctrl-C or another signal. Run it again: what it finished is in the cache.',
    internal: 'A bug in Catamaran. Run the command again with --verbose, and report what it prints.',
  },
  'This machine': {
    'disk-full': 'No space, or no quota, is left. Free some; `catamaran cache gc` removes what is not used.',
    'disk-forbidden': 'The cache may not be written. Give this user the right, or set CATAMARAN_CACHE.',
    'disk-error': 'The disk failed to read or write. Look at the kernel log (`dmesg`).',
    'directory-gone': 'The working directory has been removed. Go to another one.',
    'no-permission': 'This user may not do it. Give the user access, or name another place (--cache, --out).',
    'read-only': 'The file system is read-only. Name another place (--cache, --out).',
    'too-many-files': 'Too many files are open. Raise the limit (`ulimit -n 4096`) or lower --jobs.',
    'git-failed':
      'git, which tells the tags of LinuxKit packages, does not run. Install it, or name the image itself.',
    'host-unsupported':
      'There are no host tools for this machine’s architecture. Build on one that images can be built for.',
    'tool-failed': 'A host tool ended with an error. The hint has the command that shows it by itself.',
    'tool-missing': 'A program is not among the host tools. Add its Debian package to the tools’ component.',
    'tool-unreadable':
      'A host tool is no program for this machine. Remove `tools` in the cache: it is unpacked anew.',
    'tools-conflict':
      'Two packages of the host tools have the same file. Leave one of them out by `without`.',
  },
  'Text, YAML and variables': {
    'spec-not-found': 'There is no file of this name. Check the path.',
    'spec-is-directory': 'A directory was named where a YAML file is needed. Name the file in it.',
    'spec-not-text': 'The file is not text in UTF-8, or UTF-16 with a byte order mark. Save it so.',
    'spec-unreadable': 'The file cannot be read. The message has the system’s reason.',
    'spec-unreachable': 'The spec’s address cannot be read. Check it, or fetch the file by other means.',
    'spec-empty': 'The file is empty. Perhaps another one was meant.',
    'spec-too-large':
      'The text is larger than a document of ours may be. Move long contents to files of their own.',
    'spec-too-deep': 'Brackets or lists are nested too deep. Check that each is closed.',
    'spec-not-yaml': 'The text is not YAML 1.2. The message says where and why, and the hint what to write.',
    'spec-yaml-warning': 'The YAML is odd, and yet it can be read. Write it as the message says.',
    'spec-several-documents':
      'A second YAML document begins, which does not count. Remove it, or make a file of it.',
    'spec-unknown-anchor': 'An alias (*name) has no anchor (&name) above it. Put the anchor first.',
    'spec-alias-loop': 'An alias stands inside what it names. Remove it.',
    'spec-key': 'A key is a list or a mapping. Write a text; in quotes, if it has special characters.',
    'spec-duplicate-key': 'A key stands twice in one mapping. Keep one.',
    'spec-merge':
      '`<<` or a merged file has another kind of value than what it is merged with. Write both alike.',
    'spec-template': 'A template of LinuxKit’s that says nothing here is left empty. Write the value itself.',
    'spec-variable-name': 'A variable’s name has other characters than letters, digits and "_". Rename it.',
    'spec-variable-type':
      'A variable’s value does not have the type that the spec gives it. Change the one or the other.',
    'spec-variable-unset': 'A variable has neither a value nor a default. Write --set NAME=VALUE.',
    'spec-unknown-variable': 'The text uses a variable that the spec does not declare; it stays as it is.',
    'unknown-variable':
      '--set names a variable that the spec does not declare. Correct the name, or declare it.',
    'include-cycle': 'Files include each other in a circle. Remove one of the includes.',
    'include-unreadable': 'An included file cannot be read. Paths are relative to the file that includes.',
  },
  'Keys and values': {
    'spec-unknown-key': 'The format has no such key here. Correct the spelling, or remove it.',
    'spec-missing-key': 'A key is missing that must be there. Add it.',
    'spec-wrong-type':
      'A value is of another type than the key takes: text for a list, perhaps. Write it as the hint says.',
    'spec-not-allowed': 'A value is none of those that the key can have. The message lists them.',
    'spec-malformed': 'A text does not have the form that the key needs. The message says which.',
    'spec-out-of-range': 'A number is too small or too large. The message has the limit.',
    'spec-dropped-key': 'A key has no effect beside what else is written. Remove it.',
    'spec-no-effect': 'A key of LinuxKit’s that does nothing here. Remove it.',
    'size-malformed': 'Not a size. Write a number with a unit, such as 512M or 2G.',
    'duration-malformed': 'Not a span of time. Write a number with s, m, h or d, such as 30s.',
    'mode-malformed': 'Not permission bits. Write them in octal, such as "0644".',
    'schedule-malformed':
      'Not a schedule. Write five fields as cron has them, such as "30 3 * * *", or @daily.',
    'signal-malformed': 'Not a signal. Write its name, such as SIGTERM.',
    'path-malformed': 'Not a path inside the image. Write it from the root, without "..".',
    'digest-malformed': 'Not a digest. Write "sha256:" and 64 lower-case hex digits.',
  },
  'Specs: meaning': {
    'spec-no-kernel':
      'The output needs a kernel, and the spec names none. Add `kernel: {image: component:kernel}`.',
    'spec-cmdline': 'The kernel’s arguments have a character that cuts them off. Remove it.',
    'spec-cmdline-long':
      'The kernel would cut its arguments off: with ours they are longer than 2047 bytes. Leave some out.',
    'spec-misplaced':
      'A component is in a section that it is not made for. Move it to the one that the hint names.',
    'spec-missing-part':
      'The system lacks a part without which this cannot work. Add the component that the hint names.',
    'spec-choose-one': 'Two parts of the spec do the same work. Keep one of them.',
    'spec-shared-socket':
      'Two components listen on the same socket or port. Keep one, or give one another command.',
    'spec-no-login':
      'Nobody can log in to the machine. Add a key, or a console without a password for a first look.',
    'spec-no-root': 'The machine would trust no update: it has no root metadata. Name it by `update.root`.',
    'spec-kernel-memory':
      'A kernel of LinuxKit has no dm-verity: it boots from memory, not from a disk of ours.',
    'spec-hostname': 'The kernel takes no host name of more than 64 bytes. Shorten it.',
    'spec-sysctl': 'A container cannot set this kernel parameter as it is. The hint says what it needs.',
    'cmdline-quoted':
      'The kernel’s arguments have what GRUB cannot hand on. Write plain ASCII, without quotes.',
    'spec-name':
      'A name cannot be, or is not, a directory’s name on the machine. Use letters, digits, "_", "." and "-".',
    'spec-duplicate-name': 'Two things of one kind have the same name. Rename one of them.',
    'spec-capability': 'There is no such capability, or it stands beside `all` or `none`. Correct it.',
    'spec-cgroup-v1':
      'A limit needs control groups of version 1, which no system here has. See resources.unified.',
    'spec-device': 'A device has no path, or a type or number that cannot be. Write what the hint says.',
    'spec-env': 'A line of env sets no variable. Write NAME=VALUE.',
    'spec-id': 'Not the number of a user or a group. Write one from 0 to 4294967294.',
    'spec-unknown-id': 'Nobody has this name. Write a number, root, or the name of a container of this spec.',
    'spec-shared-id': 'Two containers come to the same user or group number. Give one a number of its own.',
    'spec-interface': 'A network interface has no name, or one that cannot be. Write one, such as eth0.',
    'spec-mount': 'A mount lacks what it needs: destination, type or source. Add it.',
    'spec-namespace': 'A namespace is none that there is. Write host, new, or the path of one.',
    'spec-relative-path': 'The working directory is no absolute path. Write it from the root.',
    'spec-rlimit': 'There is no such resource limit. Correct its name.',
    'spec-unknown-volume': 'No volume has this name. Declare it under volumes, or correct the name.',
    'spec-readonly-volume': 'A container would write to a volume that is read-only. Mount it with ro.',
    'spec-file-content': 'A file has no content, or more than one kind of it. Give exactly one.',
    'spec-path': 'A path of a file cannot be where it is. The message says why.',
    'spec-path-hidden': 'The machine mounts something over this path. Write the file elsewhere.',
    'spec-path-on-data':
      'The path is on the data partition, which no image writes. Write the file elsewhere.',
    'source-is-directory': 'The source of a file is a directory. Name each of its files.',
    'spec-path-below-file': 'A path lies below what is a file. Change one of the two paths.',
    'spec-path-through-link': 'A path leads through a symbolic link. Write the path that it leads to.',
    'spec-duplicate-path': 'A path is written twice, and the later one counts. Keep one.',
    'spec-overridden-path':
      'A path takes the place of the one in an earlier file. If this is meant, all is well.',
    'source-not-found':
      'The source of a file is not there. Paths are relative to the spec; `optional: true` goes without it.',
    'spec-source-elsewhere':
      'A source is not beside the spec, but in the working directory. Move it, or name it in full.',
    'file-source-unreadable': 'The source of a file cannot be read. Mend the path or the permissions.',
    'home-unknown':
      'A path begins with ~, and the home directory is not known. Set HOME, or write the path in full.',
    'profile-unreadable': 'A seccomp or AppArmor profile cannot be read. Paths are relative to the spec.',
    'seccomp-malformed': 'Not a seccomp profile. Write linux.seccomp of the OCI runtime specification.',
    'apparmor-malformed':
      'An AppArmor profile defines no profile by name. It must begin with `profile NAME {`.',
    'mount-without-place':
      'A read-only container has no place for a mount. Add it to the image, or a tmpfs above it.',
    'secret-without-place': 'A read-only container has no place for its secrets. Add tmpfs: [/run].',
    'container-without-command': 'Neither the image nor the spec says what to run. Add command.',
    'container-program-missing':
      'The image of a container does not have the program that it is to start. Correct the command.',
    'spec-backoff': 'The first wait before a restart is longer than the longest. Make it shorter.',
    'spec-schedule':
      'A service that runs by a schedule is not started otherwise, and nothing can wait for it. Remove what asks for that.',
    'spec-health-check': 'A health check must have exactly one of command, http, tcp and file.',
    'spec-health-deadline': 'No version could become healthy in so short a time. Write at least 2m.',
    'spec-unknown-service': 'No service has this name. Correct it.',
    'spec-unknown-dependency': 'A service waits for one that there is not. Correct the name.',
    'spec-dependency-cycle': 'Services wait for each other in a circle. Remove one of the dependencies.',
  },
  'References to images and components': {
    'reference-malformed': 'Not an image reference. Write component:NAME, ./DIRECTORY or REGISTRY/NAME:TAG.',
    'reference-not-found':
      'The directory or archive that is named is not there. Paths are relative to the spec.',
    'reference-not-registry': 'An image of a registry is needed. Write HOST[:PORT]/REPOSITORY[:TAG].',
    'reference-odd': 'A text that is no reference is read as one nearby, as LinuxKit does. Write that one.',
    'reference-looks-like-component':
      'An image of a registry has the name of a component. For the component write component:NAME.',
    'unknown-component': 'There is no component of this name. `catamaran component list` has them all.',
    'component-unreadable': 'A directory has no component.yml that can be read. Check the path.',
    'component-file-unreadable':
      'A file that a component takes cannot be read. Paths are relative to the component.',
    'component-program-missing':
      'No package of the component has a program, or what runs it. Correct the path, or add its package.',
    'component-library-missing':
      'No package of the component has a library that a program needs. Add its package.',
    'component-program-unfit':
      'A file named as a program is none that this machine could run. Data belongs to `include`.',
    'generator-busybox-links': 'busybox-links found no busybox to make links for. Add the package busybox.',
    'generator-ca-certificates':
      'ca-certificates found no certificates. Add the package, and do not exclude them.',
    'generator-tmpfiles':
      'tmpfiles.d gives something to a user or group that is nowhere. Add sysusers, or the account.',
    'package-malformed': 'A build.yml is no recipe of a LinuxKit package. It needs at least image: NAME.',
    'package-unreadable':
      'After @pkg: comes a directory that has no build.yml that can be read. Check the path.',
    'package-dirty':
      'A LinuxKit package has changes that are not committed, so its image has no name. Commit them.',
    'package-not-in-git':
      'A LinuxKit package is in no git repository, which tells its tag. Name the image itself.',
  },
  'The lock file': {
    'lock-malformed':
      'The lock file is not one that this version reads. Restore it from version control, or delete it.',
    'lock-stale':
      'The lock file lacks something, and --locked lets nothing be added. Run `catamaran lock SPEC`.',
    'lock-unusable':
      'The lock file cannot be read or written. Check its permissions and the space on its disk.',
  },
  Downloads: {
    'download-failed':
      'The network failed again and again. Check it and the mirror: the next try goes on from there.',
    'download-missing': 'The server does not have it. Check the address, or use another mirror.',
    'download-refused': 'The server does not give it. Check the address and the rights.',
    'download-redirects':
      'The server redirects too often, or to where nothing may be fetched from. Check the address.',
    'download-offline': 'It is not in the cache, and --offline lets nothing be fetched. Run once without.',
    'download-url': 'Not an http or https URL. Correct the address.',
    'download-encoding':
      'Something on the way packed the answer, unasked. Look for a proxy that changes what it passes.',
    'download-too-large': 'The answer is larger than it may be. Probably another file lies at the address.',
    'blob-size':
      'What came is not as large as was promised. Fetch it again; else the source has another file.',
    'blob-digest':
      'What came has not the digest that was promised. Fetch it again; else the source has another file.',
    'certificate-untrusted':
      'The server’s certificate is not trusted. Name its authority with --registry-ca or NODE_EXTRA_CA_CERTS.',
    'proxy-malformed':
      'HTTP_PROXY or HTTPS_PROXY is no address of a proxy. Write http://HOST:PORT, or unset it.',
    'proxy-refused': 'The proxy does not let us through. Check its address and credentials.',
  },
  'Registries and images': {
    'registry-host': 'Not the host of a registry. Write a name or an address, and perhaps a port.',
    'registry-unreachable': 'The registry does not answer. Check the network and its name.',
    'registry-offline': 'It is not in the cache, and --offline lets no registry be asked. Run once without.',
    'registry-unauthorized':
      'The registry wants credentials. Log in with your container tool, or check the name.',
    'registry-denied': 'The registry does not give it to you. Check the name and your rights.',
    'registry-realm':
      'The registry sends its users to an unsafe place for a token. It must be reached over https.',
    'registry-redirect':
      'The registry redirects too often, or to where nothing may be fetched from. Check its address.',
    'registry-status':
      'The registry answered what its protocol does not have. Check the address, and try again.',
    'registry-content-type': 'The registry sent what is no manifest. Check the address.',
    'registry-lied':
      'The registry sent something else than it was asked for. It is broken, or something on the way is.',
    'mirror-malformed': 'Not the address of a registry’s mirror. Write HOST[:PORT][/PREFIX].',
    'docker-config': 'Docker’s config.json cannot be used. Log in again, or set DOCKER_CONFIG.',
    'credential-helper':
      'A credential helper gave no credentials. Try it by hand, or take it out of config.json.',
    'image-not-found': 'The registry does not have this image. Check the name and the tag.',
    'image-ambiguous': 'Several images in the cache have this name. Name one by its digest.',
    'image-platform': 'The image is not for this architecture. Use another image, or another --arch.',
    'image-malformed': 'The image, or disk image, is not as its format asks. Export or build it again.',
    'image-schema1':
      'The image is in Docker’s schema 1, which cannot be verified. Push it again with a current tool.',
    'image-too-large': 'The image says that it is larger than anything that is fetched. Check its name.',
    'image-vanished':
      'The cache lost an image while it was fetched. Run it again, and not beside `cache gc`.',
    'image-label-malformed':
      'The label org.mobyproject.config of an image is wrong. Mend the image, or overrule it in the spec.',
    'image-user-unknown':
      'The image’s USER is not in its /etc/passwd or /etc/group. Give uid and gid in the spec.',
    'image-user-unreadable':
      'The image’s /etc/passwd or /etc/group is too large. Give uid and gid in the spec.',
    'layer-diff-id': 'A layer’s content is not what the image’s config names. Build the image again.',
    'layer-missing': 'A layer is not in the cache, or was damaged there. Run it again: it is fetched.',
    'layer-too-large': 'A layer unpacks to more than anything that is taken. Use another image.',
    'layout-exists': 'The directory is not empty. Name a new one.',
    'layout-unusable':
      'An OCI layout or archive cannot be read. Check the path and the tag, or export it again.',
  },
  'Debian packages': {
    'debian-no-mirror':
      'No Debian mirror is known. Name one of www.debian.org/mirror/list: `catamaran config mirror URL`.',
    'debian-mirror-malformed':
      'Not one or two URLs of Debian archives. Write the archive’s, then perhaps a comma and security’s.',
    'debian-release-refused':
      'The archive’s InRelease file is not signed by a key of Debian’s. Use another mirror.',
    'debian-release-expired':
      'The archive’s lists are older than they may be. Use another mirror, and check the clock.',
    'debian-release-future': 'The archive’s lists are from the future. Set the clock.',
    'debian-index-unlisted': 'The suite has no packages for this architecture.',
    'debian-index-malformed': 'A list of packages cannot be read. Try another mirror.',
    'debian-relation-malformed':
      'A package’s dependencies cannot be read. Report it, with the package and its version.',
    'debian-deb-malformed': 'A package is not as the format asks, although its digest is right. Report it.',
    'debian-too-large':
      'A list or package unpacks to more than it may. It is damaged or hostile: do not use it.',
    'debian-no-package': 'No package has this name or provides it. Correct the name.',
    'debian-version':
      'The archive has no version that would do. Ask for one that is there, or for the name alone.',
    'debian-conflict':
      'The packages cannot be installed together. Ask for only one, or cut the closure by `without`.',
    'debian-request-malformed': 'Not a package’s name, or NAME=VERSION. Correct it.',
    'debian-request-contradiction':
      'A package is both asked for and left out. Take it from one of the lists.',
    'debian-package-gone':
      'The mirror does not have a locked package any more. Run `catamaran lock --update`, or name a snapshot.',
  },
  'Archives and trees': {
    'tar-attributes': 'The archive’s extended attributes are larger than is taken. Do not use it.',
    'tar-checksum': 'A header of the archive is damaged. Fetch it again.',
    'tar-entries': 'The archive has more entries than is taken. Do not use it.',
    'tar-extension': 'An extended header of the archive is larger than is taken. Do not use it.',
    'tar-link':
      'A hard link of the archive leads to nothing, to itself or to a directory. Make the archive again.',
    'tar-links': 'The archive’s symbolic links lead round and round. Do not use it.',
    'tar-name': 'A name in the archive leads upwards, is too long or holds a NUL. Do not use it.',
    'tar-number': 'A number in the archive cannot be read. Make the archive again.',
    'tar-parent': 'A path of the archive lies below what is no directory. Make the archive again.',
    'tar-paths': 'The archive’s paths are longer together than is taken. Do not use it.',
    'tar-pax': 'A pax header of the archive cannot be read. Make the archive again.',
    'tar-size': 'Something in the archive has a size that cannot have content. Make the archive again.',
    'tar-sparse':
      'The archive’s map of a sparse file cannot be read, or is larger than is taken. Make the archive again.',
    'tar-too-large': 'The archive’s files are larger together than is taken. Do not use it.',
    'tar-trailing': 'Something follows the archive’s end. Make the archive again.',
    'tar-truncated': 'The archive ends too early. Fetch it again.',
    'tar-type': 'The archive has an entry of a type that nobody knows. Make the archive again.',
    'decompress-failed':
      'Compressed data is damaged, whatever its digest says. Fetch it from another source.',
    'cpio-unfitting':
      'A file cannot be in an initrd, whose format has narrow limits. Leave it out, or put it in the root.',
    'content-truncated': 'A file changed while it was read. Leave it alone, and build again.',
    'extract-failed': 'Files cannot be unpacked on this machine. Check the space and the permissions.',
    'extract-refused': 'A path is not unpacked on this machine, for safety. Exclude it from the tools.',
    'glob-malformed': 'A glob cannot be read. Write it as in usr/share/{doc,man}/**, or as several.',
    'tree-conflict': 'Two sources have something different at the same path. Exclude it in one of them.',
  },
  Building: {
    'keep-malformed':
      'What keep.from names is no release of this OS. Name a directory that `build --format release` has written.',
    'keep-damaged':
      'The release that former versions are kept from is damaged. Build it again, or take keep out of the spec.',
    'kernel-malformed':
      'The kernel’s image lacks /kernel, its modules or something that is asked of it. Use a kernel component.',
    'kernel-module-missing':
      'A component needs a kernel module that the spec’s kernel does not have. Choose another kernel.',
    'slot-too-small': 'The slot does not hold what goes into it. Raise disk.slot.',
    'partition-too-small': 'A partition does not hold what goes into it. Raise its size under disk.',
    'data-too-small': 'The data partition is too small for its file system. Set disk.data to 64M or more.',
    'init-unknown':
      'An init image says that it is an init that is not known here. docs/inits.md lists those that are.',
    'initrd-too-large':
      'The initrd does not fit in memory, or in what a kernel takes. Use a format with a root image.',
    'output-named-twice':
      'Two formats of one build would write the same file. Use --out or --name for one of them.',
    'output-unwritable': 'The output cannot be written. Name another directory with --out.',
    'cache-blob-lost':
      'The cache lost a file while it was in use. Build again: what is missing is made anew.',
  },
  'Disk images and machines': {
    'image-unreadable': 'The disk image cannot be opened. Check the path and the permissions.',
    'image-damaged': 'Something in the disk image is not as it was built. Build or fetch it again.',
    'iso-foreign':
      'The file is no ISO of Catamaran. Name one that was built in the format iso, usb or iso-plain.',
    'iso-damaged':
      'The ISO is cut short, or its config area is not as it was written. Build or fetch the ISO again.',
    'config-area-full': 'What is to go into the ISO is longer than its config area. Shorten it.',
    'config-unreadable': 'The file of --config cannot be read. Check the path and the permissions.',
    'gpt-missing': 'There is no partition table on the disk. Give a disk image of Catamaran’s.',
    'gpt-unusable': 'The partition table cannot be mended or changed. The message says why.',
    'platform-unknown': 'There is no platform of this name. docs/platforms.md lists them.',
    'run-firmware': 'Machines of this architecture do not have this firmware. Leave --firmware out.',
    'run-disk': 'The disk asked for is smaller than the image. Give --disk a larger size.',
    'run-incomplete':
      'Beside the kernel there is nothing to boot it with. Build it again with --format kernel+initrd.',
    'qemu-failed': 'QEMU ended with an error. Run the command again with --verbose to see how it was called.',
    'machine-failed': 'QEMU did not start. The message has what it said; --verbose shows how it was called.',
    'machine-command': 'A command on the machine ended with an error. What it said is above.',
    'machine-unknown':
      'No machine of this name was started by `catamaran run`. Start it in another terminal.',
    'machine-control': 'QEMU does not answer. Start the machine again.',
    'machine-ended': 'The machine ended before it came so far. Watch it with `catamaran run`.',
    'machine-silent':
      'The machine did not come so far in time. Watch it with `catamaran run`; emulation is slow.',
    'machine-stays': 'The machine does not shut down. See on its console what it waits for.',
    'machine-ssh':
      'The machine does not answer by SSH. See on its console whether sshd runs and knows the key.',
  },
  Releases: {
    'release-exists':
      'There is a repository already. Name another directory: one is never made anew over another.',
    'release-no-repository':
      'The directory is no repository. Name one with --repo, or make one with `release init`.',
    'release-served-copy':
      'The directory is a copy that machines read. Publish where the repository was made.',
    'release-unfinished': 'The repository was never finished. Sign what waits, or make it again elsewhere.',
    'release-half-copied': 'The directory is half of a repository. Copy the rest, timestamp.json last.',
    'release-unreadable': 'The repository, or the directory of keys, cannot be read. Check the permissions.',
    'release-locked': 'Another publisher works on the repository. Wait until it is done.',
    'release-conflict': 'Another publisher has published in the meantime. Run the command again.',
    'release-copy-old': 'What is served is newer than what is here. Copy it here first.',
    'release-server-unreachable': 'The address of --against cannot be read. Check it, or go without.',
    'release-file-missing': 'The repository lacks a file that is signed. Restore it from another copy.',
    'release-file-damaged': 'A file of the repository is not what is signed. Restore it from another copy.',
    'release-redo-damaged':
      'The note of what a publisher that was cut has still to write is damaged. Restore it from a copy.',
    'release-part-unsigned':
      'A release names a file that is not signed for. Add it again under a new version.',
    'release-file-unreadable': 'A file to sign cannot be read. Give one of .publisher/pending/.',
    'release-os-name': 'An OS cannot be called so in a repository. Give the spec’s os.id.',
    'release-channel-name':
      'A channel cannot be called so. Use lower-case letters, digits and "-", and no role’s name.',
    'release-no-channel': 'There is no channel of this name. `catamaran release status` lists them.',
    'release-channel-empty': 'The channel points at nothing yet. Promote a release to it first.',
    'release-no-version': 'There is no release of this version. `catamaran release status` lists them.',
    'release-foreign-os': 'The release is of another OS than the repository. Name the right one with --repo.',
    'release-version-taken': 'There is a release of this version already, and another one. Raise os.version.',
    'release-in-channel':
      'The channel points at this version already. Change its pace with `release rollout`.',
    'release-not-newer':
      'The release is not newer than what the channel points at. `release rollback` goes back.',
    'release-not-older':
      'The release is not older than what the channel points at. `release promote` goes forward.',
    'release-not-in-channel':
      'The channel does not point at this release. `catamaran release status` says at which.',
    'release-epoch-low':
      'Machines of the channel refuse so low an epoch. Release it again with a sufficient --epoch.',
    'release-image-malformed':
      'The directory does not hold the images of one build. Give a spec, or such a directory.',
    'release-target-changed': 'An image changed while it was added, or its copy is damaged. Add it again.',
    'release-source-mixed': 'A directory of built images goes with nothing else. Name it alone, or specs.',
    'release-no-role': 'There is no such role to renew. Name one that the message lists.',
    'release-role-unsigned': 'A role would be left without the signatures that it needs. Sign it first.',
    'release-no-key': 'No key that is here could sign. Name the directory of the right ones with --keys.',
    'release-key-malformed': 'Not an Ed25519 key. `openssl genpkey -algorithm ed25519` makes one.',
    'release-key-taken': 'The key signs for this role already, and counts once. Use another.',
    'release-key-unknown': 'The key signs for no role. `catamaran release status` lists those that do.',
    'release-signing-failed':
      'A key’s signing command failed, or printed no signature of the key. Try it by hand.',
    'release-signatures-missing': 'Signatures are missing. Sign where the keys are, or use --sign-later.',
    'release-pending':
      'Something waits for signatures. Finish it with `release sign`, or drop it with --discard.',
    'release-pending-damaged':
      'What waits for signatures is damaged. Restore it, or drop it with `release sign --discard`.',
    'release-pending-stale': 'What waits for signatures is out of date. Drop it, and run again what made it.',
    'release-nothing-pending': 'Nothing waits for signatures. Run a command with --sign-later first.',
    'tuf-malformed': 'Signed metadata is not as The Update Framework asks. Publish with `catamaran release`.',
    'tuf-signatures': 'Metadata lacks signatures of the keys that its role names. Sign it with these.',
    'tuf-expired': 'Signed metadata has expired. Run `catamaran release refresh`, and check the clock.',
    'tuf-rollback': 'Metadata is older than what was seen before. Serve the newest files.',
    'tuf-mismatch': 'Files of the repository do not go together. Copy it again, timestamp.json last.',
    'tuf-dropped': 'A role that was published once is not listed any more. List it again.',
    'tuf-missing': 'A file of the repository is not there. Copy the whole of it, timestamp.json last.',
    'tuf-too-large': 'A file of the repository is larger than it may be. Look at what the server sends.',
    'tuf-schema': 'The release is in a format that is not known here. Update to a release in between.',
  },
  'User-data': {
    'user-data-unreadable': 'The file with user-data cannot be read. Check its name and permissions.',
    'user-data-error':
      'Something in user-data is wrong and not applied; the rest is. The hint says what to write.',
    'user-data-ignored':
      'Something in user-data is right elsewhere and has no meaning here. Remove it, or leave it.',
    'not-provisioned':
      'The machine has not asked anybody who it is since it started. Run `catamaran-agent provision`.',
    'user-data-note': 'Something in user-data is applied, and perhaps not what was meant. Look at its place.',
  },
  'Documents of the builder for the machine': {
    'document-malformed':
      'A document that the builder writes and the machine reads has not its form. Build it again.',
    'document-newer':
      'A document has a newer format than this program knows. Update to a release in between, which knows it.',
  },
  'Installing: catamaran-agent install': {
    'install-not-live': 'The system runs from a disk, and installs nothing. Start the ISO or the stick.',
    'install-no-medium':
      'The live system came from a network, or from a medium without an installer. Start an ISO of ours.',
    'install-medium-damaged': 'The medium does not read as it was written. Write it again, or take another.',
    'install-disk-unknown': 'There is no such disk. `catamaran-agent install` without a word lists them.',
    'install-disk-medium': 'The disk is the one that the system runs from. Name another one.',
    'install-disk-used':
      'The disk is in use: mounted, swap, or part of something. Stop that, or name another.',
    'install-disk-read-only': 'The disk takes no writes. Look for its switch, or name another one.',
    'install-disk-small': 'The disk is smaller than the system’s disk. The message says how much is needed.',
    'install-disk-holds-data': 'The disk holds something. With --wipe it is lost, and the system written.',
    'install-disk-choice': 'No disk was chosen, or not exactly one can be. Name it.',
    'install-firmware': 'The system’s architecture has no BIOS. Leave --firmware out.',
    'install-config': 'The file of --config cannot be read, or is larger than is taken.',
    'install-etc-memory':
      'The system forgets /etc at each boot, and the channel with it. Set it in the spec.',
    'install-argument':
      'The kernel’s argument catamaran.install has a word that is none. docs/install.md has them.',
  },
  'A machine: catamaran-agent': {
    'manager-unknown':
      'The init of this machine is none that its agent knows. Take one of this version of Catamaran.',
    'etc-unchanged': 'Nothing was changed at this path of /etc. `catamaran-agent etc status` lists what was.',
    'nothing-aside':
      'No safe boot has set an /etc aside. `catamaran-agent status` says how the machine was started.',
    'service-definition':
      'A compose file cannot be read, or has nothing that can be started. The message has the place.',
    'system-setting':
      'A setting of the machine is none, or has a value that it cannot have. docs/system-docker.md has them.',
    'docker-silent': 'A Docker of the machine does not answer. `catamaran-agent logs` says why.',
    'docker-tls': 'Docker cannot be made to listen with TLS. `catamaran-agent tls gen` makes certificates.',
    'console-unknown': 'No console has this name. `catamaran-agent console list` lists them.',
    'console-no-space': 'The image of a console might fill the disk. Make room on /var.',
    'service-unknown': 'There is no such service. `catamaran-agent services` lists those that there are.',
    'volumes-not-mounted':
      'A volume cannot be mounted, and no container starts without it. The message says why.',
    'header-malformed': 'A bug in the agent: a header that HTTP does not have. Report what was printed.',
    'no-slots': 'The system was not started from a disk of Catamaran. Run the command on a machine that was.',
    'partition-missing':
      'The disk lacks a partition that every disk of Catamaran has. Install the machine anew.',
    'slot-not-good':
      'The running slot is on trial, or bad. Confirm it first, or wait until its health is known.',
    'slot-last':
      'The slot is the last one that boots. Stage a release into the other one first, and confirm it.',
    'slot-changed': 'The other slot’s state changed while it was being filled. Run the command again.',
    'slot-damaged':
      'dm-verity refuses what is in the slot. Write it again; if that fails as well, look at the disk.',
    'release-missing':
      'The directory holds no release. Name one with boot.img, root.img, hash.img and manifest.json.',
    'release-foreign': 'The release is of another OS, or for another architecture. Take this machine’s.',
    'release-malformed': 'A release contradicts itself. Build or publish it again.',
    'release-too-large':
      'An image is larger than its partition. Install the machine anew with a larger disk.slot.',
    'service-stopped': 'The service does not run, and nobody can enter it. Start it first.',
    'reset-path': 'A path that was to be kept is not on the data partition. Name one that is.',
    'revert-nothing':
      'There is no other version of the service to take. `catamaran-agent versions` lists them.',
    'revert-failed':
      'The former version of the service does not come up; the service runs as before. See what it said.',
    'release-unknown':
      'The repository has no release of this version. Ask its publisher, or name another version.',
    'release-refused': 'The release cannot be installed here. What was printed before says why.',
    'release-rolled-back': 'The release was rolled back on this machine before. `--force` tries it again.',
    'release-damaged': 'An image of a release is not what its manifest says. Copy or publish it again.',
    'disk-write': 'The disk did not take all that was written. Look whether it is read-only, or failing.',
    'disk-read-back': 'The disk does not give back what was written. Try again; then replace it.',
    'disk-sectors': 'The disk has other sectors than 512 bytes, and its data partition keeps its size.',
    'data-partition': '/var is not on a partition of the disk. Look at what the initrd says of it at boot.',
    'file-read': 'A file or a device of the machine cannot be read. Look at the kernel log (`dmesg`).',
    'file-write': 'A file or a device of the machine cannot be written. Look whether space is left.',
    'network-no-address': 'The machine got no address in time. Look at its network and the DHCP server.',
    'user-data-refused':
      'User-data asks for what cannot be, or what the machine does not do. The message says what.',
    'user-data-fetch':
      'Something that user-data names by its address could not be fetched. Check the address.',
    'user-data-digest':
      'What was fetched has not the digest that user-data says. Correct the one or the other.',
    'program-missing':
      'The image lacks a program that this needs. Add the component or package that the hint names.',
    'device-missing': 'There is no such device. Attach it, or correct its name.',
    'file-short': 'A file or a device ends before it should. Look at the disk, or copy the file again.',
    'no-pipe': 'The machine has no room for a pipe. Look which program has opened so many files.',
    'program-failed': 'A program of the machine failed. The message has its words and what it said.',
    'system-unknown': 'os-release and the kernel do not say which system this is. Build the image again.',
    'bundle-malformed': 'A container’s runtime.json has not its form. Build the image again.',
    'bundle-hooks':
      'A container has hooks of its own beside runtime.interfaces or runtime.bindNS. Leave out one.',
    'interface-peer': 'An interface with a peer has only one end. Give it a type with two, such as veth.',
    'runtime-silent':
      'The container runtime did not say which process the container is. Only its hook calls this command.',
    'apparmor-missing':
      'A container has an AppArmor profile that this system cannot load. Add component:apparmor to init.',
    'update-no-url':
      'Nothing says where updates come from. Set url in /etc/catamaran/update.yml, or update.url in the spec.',
    'update-no-root':
      'The image has no root metadata to trust. Set update.root in the spec, and build again.',
    'update-settings': 'A setting of updates has not its form. The message says which, and where.',
    'channel-unknown':
      'The repository has no such channel. Write one that it has, or check for updates first.',
    'channel-name':
      'Not a channel’s name. Write lower-case letters, digits and "-", beginning with a letter.',
    'channel-empty': 'The channel points at nothing for this architecture. Promote a release for it.',
    'fetch-failed':
      'A file of the repository did not come. It is asked for again later; look at the server and network.',
    'media-path': 'The path of the medium has letters that are not ASCII. Mount it elsewhere.',
    'etcd-silent':
      'No member of the etcd answers, and the reboot waits for it. Look at its members and the network.',
    'etcd-malformed':
      'The reboot lock in etcd is not what machines write. Look at the key catamaran/reboot/GROUP.',
  },
} as const;

type Codes = typeof errorCodes;
export type ErrorCode = { [Subject in keyof Codes]: keyof Codes[Subject] & string }[keyof Codes];
