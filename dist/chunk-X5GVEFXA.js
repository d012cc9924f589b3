import{createRequire as __createRequire}from'node:module';const require=__createRequire(import.meta.url);
function t(r,e){return e.map(a=>(r.reset(),r.run(a)[0]??new Float32Array(0)))}export{t as a};
