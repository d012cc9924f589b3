import{createRequire as __createRequire}from'node:module';const require=__createRequire(import.meta.url);
import{a as L}from"./chunk-3CBF22GW.js";import{a as g}from"./chunk-XOWQKDUJ.js";import{a as D}from"./chunk-TOQ4AKKB.js";import{a as z}from"./chunk-CTGK4HQM.js";import{a as Z}from"./chunk-2V2MWKTU.js";import"./chunk-QLWWKG54.js";import{a as I}from"./chunk-TWDPDOKG.js";import{a as j}from"./chunk-QGNMOXMS.js";import{a as O,b as B}from"./chunk-LVVRT6B2.js";import"./chunk-7DOWWEPV.js";import{a as k}from"./chunk-Z7ABZ7EA.js";import{b as U}from"./chunk-OLAZNNWM.js";import{a as v,b as N}from"./chunk-KECHOACL.js";import{a as C}from"./chunk-IPQSKX6X.js";import{C as R}from"./chunk-23FJ5YGN.js";import"./chunk-NQ666H53.js";import"./chunk-IGC5K4DY.js";import{b as E}from"./chunk-C3GRIZD5.js";import"./chunk-VPJFNF6N.js";import"./chunk-SN5EXBOB.js";import"./chunk-FUMHIZVA.js";import{e as F,f as A,m as y}from"./chunk-4H25TFIN.js";import"./chunk-Y6NFAYOM.js";import"./chunk-O7KOI76Z.js";import"./chunk-2OJQU76X.js";import"./chunk-VBDNOXN7.js";import"./chunk-24MBFHEX.js";import"./chunk-KXIXQGCD.js";import"./chunk-OQCX6W3C.js";import"./chunk-4VDDGG33.js";import"./chunk-BCDJEBNL.js";import{c as P}from"./chunk-6UDBN334.js";import"./chunk-RII7H7PX.js";import"./chunk-AFAS35CN.js";import"./chunk-NBZRA6RU.js";import"./chunk-3SAELGYX.js";import"./chunk-U2H4NMXO.js";import"./chunk-F4GU6ACD.js";import"./chunk-YDBXKZ7T.js";import"./chunk-CP35LY4B.js";import"./chunk-T3ZAD54A.js";import{f as S}from"./chunk-JP4FTDDH.js";import"./chunk-FH76J2PB.js";import"./chunk-24GFFFJI.js";import"./chunk-QTBASC6I.js";import"./chunk-NVI23RD2.js";import"./chunk-7GJZ2U3C.js";import"./chunk-VVB7XMSD.js";import"./chunk-QGDLXZF7.js";import"./chunk-AM24NZZR.js";import"./chunk-JL4ASX3I.js";import{a as M}from"./chunk-AELKNCTV.js";import"./chunk-OKF2XZV2.js";import{a as $}from"./chunk-LQC7L4DR.js";import"./chunk-WNYFITMM.js";import"./chunk-JYVUGZXB.js";import"./chunk-BCFZP4XB.js";import"./chunk-VEUK52JW.js";import"./chunk-H34LAP5R.js";import{d as T,f as l}from"./chunk-PDLN4M63.js";import"./chunk-HSUT6CD6.js";import{a as _}from"./chunk-BIJL64K4.js";import"./chunk-UEOGOWCY.js";import{b}from"./chunk-ZFQSNAUP.js";import"./chunk-B7DCPGFB.js";import"./chunk-DL6PZIMP.js";import"./chunk-JSWVFCFG.js";import"./chunk-BFLBX7J4.js";import"./chunk-REPNNJGR.js";import"./chunk-HSXAXFGB.js";import"./chunk-BSZLGONV.js";import"./chunk-EHC7KWYB.js";import"./chunk-CABRY6DE.js";import"./chunk-7QUZJ6CD.js";import{a as p,b as x}from"./chunk-KO4NCB4E.js";import{a as i}from"./chunk-4S2OODW2.js";import ee from"node:path";import{mkdtempSync as re,readFileSync as oe,rmSync as ne}from"node:fs";import{tmpdir as ie}from"node:os";import W from"node:path";var w=".ort";async function G(t){let e=await P(),o=re(W.join(ie(),"edge-ready-ort-")),n=W.join(o,`model${w}`);try{return await e.saveOrt(t,n),oe(n)}catch(r){throw new p(`ONNX Runtime does not write this model as .ort: ${x(r).split(`
`)[0]}`)}finally{ne(o,{recursive:!0,force:!0})}}i(G,"ortFile");function V(t,e={}){let{tried:o,refused:n,chosen:r}=t,a=_.filter(s=>o.some(({measured:d})=>d.measurement[s]!==null)),u=o.map(s=>[s===r?">":"",l(s.recipe),...a.map(d=>{let h=s.measured.measurement[d];return h===null?"–":M(h,d)}),s.fits?{text:"fits",look:"good"}:"",s.isOnFront?"*":""]),m={align:"right"};return`${[B([{title:""},{title:"Recipe",flexible:!0},...a.map((s,d)=>({title:S(s),...m,...s==="accuracy"?{}:{optional:d}})),{title:"Budgets"},{title:"Front"}],u,e),O("* no other recipe here is as good in everything and better in something",e),n.map(({recipe:s,reason:d})=>O(`${l(s)}: ${$(d,300)}`,e)).join(`
`),r===null?"No recipe keeps the budgets; a smaller network has to be trained.":`Taken: ${l(r.recipe)}`].filter(s=>s!=="").join(`
`)}
`}i(V,"renderFitText");var H={BATCH_MATMUL:"BatchMatMul",CUMSUM:"CumSum",PADV2:"PadV2",UNIDIRECTIONAL_SEQUENCE_LSTM:"UnidirectionalSequenceLSTM","custom:CIRCULAR_BUFFER":"CircularBuffer","custom:TFLM_DECODE":"Decode","custom:TFLite_Detection_PostProcess":"DetectionPostprocess","custom:ethos-u":"EthosU"};function J(t,e,{arenaRequired:o}){let n=X(t),r=n.toUpperCase(),a=[...new Set([e.graph,...e.graph.subgraphs].flatMap(({operators:c})=>c.map(se)))].sort(),u=a.map(c=>`    (resolver).${ae(c)};`),m=`#ifndef ${r}_H_
#define ${r}_H_

#include <stddef.h>
#include <stdint.h>

/** Bytes of the model. */
#define ${r}_SIZE ${e.bytes.byteLength}u

/** Bytes of the smallest arena with which allocation succeeds; align the arena to 16. */
#define ${r}_ARENA_SIZE ${o}u

/** Operators to register: tflite::MicroMutableOpResolver<${r}_OPERATORS> resolver; ${r}_REGISTER(resolver); */
#define ${r}_OPERATORS ${a.length}u
#define ${r}_REGISTER(resolver) \\
  do { \\
${u.map(c=>`${c} \\`).join(`
`)}
  } while (0)

#ifdef __cplusplus
extern "C" {
#endif
extern const uint8_t ${n}[${r}_SIZE];
#ifdef __cplusplus
}
#endif

#endif
`;return{source:`#include "${t}.h"

#if defined(__cplusplus)
alignas(16)
#elif defined(__STDC_VERSION__) && __STDC_VERSION__ >= 201112L
_Alignas(16)
#else
__attribute__((aligned(16)))
#endif
const uint8_t ${n}[${r}_SIZE] = {
${fe(e.bytes)}
};
`,header:m}}i(J,"cSource");function se({domain:t,type:e}){return t===""?e:`${t}:${e}`}i(se,"keyOf");function ae(t){let e=Object.hasOwn(H,t)?H[t]:void 0;if(e!==void 0)return`Add${e}()`;if(t.startsWith("custom:")){let o=t.slice(7);return`AddCustom(${JSON.stringify(o.replace(/[^ -~]|\?/g,"_"))}, Register_${X(o)}())`}return`Add${t.split("_").map(me).join("")}()`}i(ae,"callOf");function me(t){return t==="2D"?t:`${t.charAt(0)}${t.slice(1).toLowerCase()}`}i(me,"capitalized");function fe(t){let e=[];for(let o=0;o<t.length;o+=16){let n=Array.from(t.subarray(o,o+16),r=>`0x${r.toString(16).padStart(2,"0")},`);e.push(`  ${n.join(" ")}`)}return e.join(`
`)}i(fe,"rows");function X(t){let e=t.replace(/[^A-Za-z0-9_]/g,"_");return/^[A-Za-z]/.test(e)?e:`model_${e}`}i(X,"identifierOf");import{existsSync as ue}from"node:fs";async function q(t,e,o,{budgets:n,progress:r}){let a=i(f=>E({change:{path:t.path,state:"new"},target:e,base:null,head:f,budgets:n,saving:null,problems:[]}),"judged"),u=v(t,e),m=0;return N({recipes:u,measure:i(f=>(r.step(`trying ${l(f)}`,m,Math.max(u.length,m+1)),m+=1,y(t,e,{...o,recipe:f})),"measure"),fits:i(f=>["pass","warn"].includes(a(f)),"fits")})}i(q,"fitModel");function Q(t,e,o){return C(de(o),t.path,e,{rule:"base"})}i(Q,"fitBudgets");function de(t){let e=t??R;return t===void 0&&!ue(e)?null:U(new TextDecoder().decode(k(e)),e)}i(de,"readConfig");function K({tried:t,refused:e,chosen:o}){return{chosen:o===null?null:l(o.recipe),tried:t.map(({recipe:n,measured:r,fits:a,isOnFront:u})=>({recipe:l(n),fits:a,isOnFront:u,measurement:r.measurement})),refused:e.map(({recipe:n,reason:r})=>({recipe:l(n),reason:r}))}}i(K,"fitJson");function Y({chosen:t,tried:e},o){if(t!==null)return t.measured;throw new p(`${o} was not written: none of the ${e.length} recipes that were tried keeps the budgets; a smaller network has to be trained.`)}i(Y,"chosenOf");async function ut(t,e,o){let n=Z(e.target),r=I(t);if(F(r))throw new p(`${t} is as ONNX Runtime saved it, which leaves nothing to do: optimise the .onnx that it was made from.`);if(e.cSource!==void 0&&n.runtime!=="tflm")throw new p(`--c-source is for TensorFlow Lite Micro; ${n.id} loads the file itself.`);let a=ee.extname(e.output)===w;if(a&&n.runtime!=="onnxruntime")throw new p(`${w} is ONNX Runtime's own format; ${n.id} does not load it.`);if(e.html!==void 0&&e.fit!==!0)throw new p("--html goes with --fit: the page of all recipes that were tried.");let u=z(o),m=await D(e,u,r),f=e.fit===!0?await pe(r,n,m,{options:e,progress:u,output:o}):void 0,{artifact:c,measurement:s}=f!==void 0?Y(f,e.output):await y(r,n,{...m,recipe:ce(m,r,n)});if(s.findings.some(({code:te})=>te==="format-not-loaded"))throw new p(`${t} was not written: ${s.unavailable.flash}.`);let d=a?await G(c):c;g(e.output,d),e.cSource!==void 0&&le(e.cSource,c,s);let{recipe:h}=s.artifact;o.note(`${e.output}: ${d.byteLength} bytes of ${r.bytes.byteLength}, recipe ${h}`),e.json?o.result(j(f===void 0?s:K(f))):o.result(L(s,o.resultOptions))}i(ut,"optimizeCommand");async function pe(t,e,o,{options:n,progress:r,output:a}){let u=Q(t,e,n.config),m=await q(t,e,o,{budgets:u,progress:r});if(r.end(),a.note(V(m,a.noteOptions)),n.html!==void 0){let{fitPage:f}=await import("./fit-page-N52L45VK.js");g(n.html,new TextEncoder().encode(f(m,{model:t,target:e,budgets:u})))}return m}i(pe,"fitAndTell");function ce({recipe:t,calibration:e},o,n){let r=A(t,o,n,e!==void 0);return t.numbers==="auto"&&r.numbers==="none"?T:r}i(ce,"improving");function le(t,e,{memory:o}){if(o===null)throw new p(`${t}.c was not written: the arena of this model is not known.`);let{source:n,header:r}=J(ee.basename(t),{bytes:e,graph:b(e,t)},o);g(`${t}.c`,Buffer.from(n)),g(`${t}.h`,Buffer.from(r))}i(le,"writeCSource");export{ut as optimizeCommand};
