/** A part of the comment that opens on demand; nothing when it has no content. The empty lines are what Markdown inside HTML needs. */
export function fold(title: string, content: string): readonly string[] {
  return content === '' ? [] : [`<details><summary>${title}</summary>\n\n${content}\n\n</details>`];
}

/** A comment for a terminal, where nothing opens: of every such part its title alone, as GitHub shows it at first. */
export function closeFolds(comment: string): string {
  return comment
    .replace(/<details><summary>(.*?)<\/summary>[\s\S]*?<\/details>/g, '▸ $1')
    .replace(/(^▸ .*\n)\n(?=▸)/gm, '$1');
}
