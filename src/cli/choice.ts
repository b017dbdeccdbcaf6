// What parsing the command line comes to: one command, chosen, and still to be carried out.
import type { Session } from './session.ts';

/** A chosen command, with its arguments and options bound. */
export type ChosenWork = (session: Session) => Promise<void>;
export type Choose = (name: string, work: ChosenWork) => void;
