// Some packages tell their own classes apart by name (`error.name === ReserveCacheError.name`), so packages keep those names in a minified bundle. The gate's own code does not, nor do the
// packages that every command loads: a call for each function and closure, to name it, is a twentieth of a command's time.
import { readFileSync } from 'node:fs';
import { transform } from 'esbuild';

const nameless = /[\\/]node_modules[\\/](zod|yaml|fflate)[\\/]/;

export const namesForEsbuild = {
  name: 'kept-names',
  setup(build) {
    build.onLoad({ filter: /[\\/]node_modules[\\/].*\.[cm]?js$/ }, async ({ path: file }) => {
      if (nameless.test(file)) return undefined;
      const text = readFileSync(file, 'utf8');
      const { code } = await transform(text, { keepNames: true, loader: 'js', sourcefile: file });
      return { contents: code, loader: 'js' };
    });
  },
};
