import { gateAction } from './github/gate-action.ts';

await gateAction(process.env);
