import { build } from 'esbuild'; import path from 'node:path';
const a=(await import(path.resolve('scripts/assembly.mjs'))).assemblyForEsbuild, r=(await import(path.resolve('scripts/report-page.mjs'))).reportPageForEsbuild;
const m=await build({entryPoints:[process.argv[2]],bundle:true,minify:true,keepNames:true,platform:'node',format:'esm',target:'node20',write:false,metafile:true,outdir:'x',external:['onnxruntime-node','onnxruntime-web'],loader:{'.yml':'text','.py':'text'},plugins:[a,r],banner:{js:''}});
const o=Object.values(m.metafile.outputs)[0];const by={};for(const [k,v] of Object.entries(o.inputs)){const g=k.includes('node_modules')?k.replace(/.*node_modules\/((@[^/]+\/)?[^/]+).*/,'$1'):k.split('/').slice(0,3).join('/');by[g]=(by[g]||0)+v.bytesInOutput}
console.log(o.bytes);for(const [k,v] of Object.entries(by).sort((a,b)=>b[1]-a[1]).slice(0,25))console.log(v,k);
