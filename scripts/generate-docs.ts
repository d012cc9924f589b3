// Writes what the documentation takes from the sources, docs/edge-ready.schema.json, docs/tflm-support.md, docs/targets.md, docs/reference-networks.md, the references of the actions, the commands, the configuration and the report, and the README's tables of inputs and targets:
//   npm run docs
import { readFileSync, writeFileSync } from 'node:fs';
import { configJsonSchemaText } from '../src/config/json-schema.ts';
import { referenceNetworksDocument } from '../src/reference-networks/document.ts';
import { supportDocumentation } from '../src/runtimes/tflm/support/documentation.ts';
import { targetsDocument } from '../src/targets/targets-document.ts';
import { withTargetsTable } from '../src/targets/targets-table.ts';
import { actionReference, withInputs } from './reference/action.ts';
import { commandsReference } from './reference/commands.ts';
import { configurationReference } from './reference/configuration.ts';
import { reportReference } from './reference/report.ts';

writeFileSync('docs/edge-ready.schema.json', configJsonSchemaText());
writeFileSync('docs/tflm-support.md', supportDocumentation());
writeFileSync('docs/targets.md', targetsDocument());
writeFileSync('docs/reference-networks.md', referenceNetworksDocument());
writeFileSync('docs/reference-action.md', actionReference());
writeFileSync('docs/reference-commands.md', commandsReference());
writeFileSync('docs/reference-configuration.md', configurationReference());
writeFileSync('docs/reference-report.md', reportReference());
writeFileSync('README.md', withInputs(withTargetsTable(readFileSync('README.md', 'utf8'))));
