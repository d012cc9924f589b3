import { reportAction } from './github/report-action.ts';

await reportAction(process.env);
