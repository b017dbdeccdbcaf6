// Once in each boot, by whichever init there is: all that a machine needs before its first container.
import { prepareMachine as bootMachine } from '../boot/boot.ts';
import { alone, type Command } from './command.ts';

export const boot: Command = { words: 'boot', parse: alone(bootMachine) };
