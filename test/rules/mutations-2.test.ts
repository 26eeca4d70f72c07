import { mutationTests } from '../support/mutation-tests.js';

mutationTests(import.meta.filename);
