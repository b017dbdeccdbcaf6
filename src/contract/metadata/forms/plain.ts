// User-data and no more: from an address, a file, the firmware.
import type { Form } from '../metadata.ts';
import { defined } from '../values.ts';

export const plain: Form = {
  read: (documents) => defined({ userData: documents.get('user-data') }),
};
