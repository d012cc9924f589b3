/** One of several, as buttons in a row. */
export function Choices<Name extends string>({
  label,
  names,
  titleOf,
  chosen,
  onChoose,
}: {
  readonly label: string;
  readonly names: readonly Name[];
  readonly titleOf: (name: Name) => string;
  readonly chosen: Name;
  readonly onChoose: (name: Name) => void;
}) {
  return (
    <fieldset class="choices">
      <legend>{label}</legend>
      {names.map((name) => (
        <button key={name} type="button" aria-pressed={name === chosen} onClick={() => onChoose(name)}>
          {titleOf(name)}
        </button>
      ))}
    </fieldset>
  );
}
