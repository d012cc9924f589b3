/** Keeps what the step `gate` left for the test to read. */
const record = (name: string) => `
      - if: \${{ always() }}
        env: { STEP: "\${{ toJSON(steps.gate) }}" }
        run: |
          printf '%s' "$STEP" > "$RESULTS/${name}.json"
          node --version > "$RESULTS/../node-version"`;

/** What docs/workflows.md shows for several targets. `before` is put before the gate's step, `inputs` below its `with`, `reportInputs` below the `with` of the report step. */
export function matrixWorkflow(targets: readonly string[], before = '', inputs = '', reportInputs = ''): string {
  return `name: Models
on: pull_request
permissions:
  contents: read
jobs:
  measure:
    runs-on: ubuntu-latest
    strategy:
      fail-fast: false
      matrix:
        target: [${targets.join(', ')}]
    steps:
      - uses: actions/checkout@v5
        with: { fetch-depth: 0 }${before}
      - id: gate
        uses: acme/edge-ready-gate@v1
        with:
          target: \${{ matrix.target }}${inputs}${record(`\${{ matrix.target }}`)}
  report:
    needs: measure
    if: \${{ always() }}
    runs-on: ubuntu-latest
    permissions:
      pull-requests: write
    steps:
      - id: gate
        uses: acme/edge-ready-gate/report@v1
        with:
          needs: \${{ toJSON(needs) }}${reportInputs}${record('report')}
`;
}

/** act has a folder of its own for each job, and caches know files by their paths; a runner has one for all its jobs. */
const lastingFolder = `
        env: { RUNNER_TEMP: "\${{ env.LASTING_TEMP }}" }`;

/** What docs/workflows.md shows for one target. */
export function singleWorkflow(target: string): string {
  return `name: Models
on: pull_request
permissions:
  contents: read
  pull-requests: write
jobs:
  measure:
    runs-on: ubuntu-latest
    steps:
      - uses: actions/checkout@v5
        with: { fetch-depth: 0 }
      - id: gate
        uses: acme/edge-ready-gate@v1
        with:
          target: ${target}${lastingFolder}${record('measure')}
`;
}
