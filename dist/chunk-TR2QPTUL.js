import{createRequire as __createRequire}from'node:module';const require=__createRequire(import.meta.url);
import{a as e}from"./chunk-4S2OODW2.js";function n(r,a){return a.map(t=>(r.reset(),r.run(t)[0]??new Float32Array(0)))}e(n,"runSamples");export{n as a};
