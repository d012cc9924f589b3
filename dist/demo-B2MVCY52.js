import{createRequire as __createRequire}from'node:module';const require=__createRequire(import.meta.url);
import{c as _}from"./chunk-LUTF6YOX.js";import{a as R}from"./chunk-3UUES33O.js";import{a as y}from"./chunk-BTSHTDYP.js";import"./chunk-7DOWWEPV.js";import{b as k,c as O}from"./chunk-WUVZ3AJF.js";import"./chunk-VMERJ3LP.js";import{j as M}from"./chunk-MZL7PK5K.js";import"./chunk-BLOASZAJ.js";import"./chunk-SQU5BKAR.js";import"./chunk-5ZXD4RWX.js";import{a as u}from"./chunk-X4D7OZ74.js";import"./chunk-37UDKPD5.js";import"./chunk-6DSBKFKV.js";import"./chunk-DP6INSEB.js";import"./chunk-H465GITN.js";import"./chunk-AKCKIULE.js";import"./chunk-SDNZXVXB.js";import"./chunk-ZDTNI6PH.js";import"./chunk-NQ666H53.js";import"./chunk-XS2UYHW3.js";import"./chunk-VPKPLDXP.js";import"./chunk-35SNAYEX.js";import"./chunk-25ESLMA7.js";import"./chunk-LZXBAJKY.js";import"./chunk-UXJRIGPY.js";import"./chunk-NJ3BC3DI.js";import"./chunk-O7KOI76Z.js";import"./chunk-4GC3GFEO.js";import"./chunk-HBY63BU3.js";import"./chunk-ZRHXQBKG.js";import"./chunk-3P4SJMOC.js";import"./chunk-JFVBG6CY.js";import"./chunk-EN3CK4QG.js";import"./chunk-2A45HX3J.js";import"./chunk-AFAS35CN.js";import"./chunk-PAAEOFFN.js";import"./chunk-RNM5N6WS.js";import{g as b}from"./chunk-SQDTOVQ2.js";import{f as x}from"./chunk-W24RKRWY.js";import"./chunk-4MTH4VH2.js";import"./chunk-HWPR2B7Z.js";import"./chunk-7JTW6B4R.js";import"./chunk-YDBXKZ7T.js";import"./chunk-CP35LY4B.js";import"./chunk-T3ZAD54A.js";import"./chunk-JP4FTDDH.js";import"./chunk-H3N2P5ZG.js";import"./chunk-YRTFENJ2.js";import"./chunk-AO6S3R75.js";import"./chunk-KOEKZ6LH.js";import"./chunk-VVB7XMSD.js";import"./chunk-JOTNVC6V.js";import"./chunk-JYS4OK6K.js";import"./chunk-MHYBACS2.js";import"./chunk-K7ZUXX2J.js";import"./chunk-QGDLXZF7.js";import"./chunk-AM24NZZR.js";import"./chunk-JL4ASX3I.js";import"./chunk-AELKNCTV.js";import"./chunk-OKF2XZV2.js";import"./chunk-LQC7L4DR.js";import"./chunk-WNYFITMM.js";import"./chunk-JYVUGZXB.js";import{e as h,h as T,l as v}from"./chunk-E3JAVWEE.js";import{a as d}from"./chunk-5VEOTCRB.js";import"./chunk-5C53ZQ36.js";import"./chunk-VEUK52JW.js";import"./chunk-H34LAP5R.js";import"./chunk-YXJSFMXE.js";import"./chunk-WARUWAZY.js";import"./chunk-BIJL64K4.js";import"./chunk-UEOGOWCY.js";import"./chunk-JMR2GC6E.js";import"./chunk-7YGPXJ2Z.js";import"./chunk-LTGD7SVW.js";import"./chunk-C3IQ6T3S.js";import"./chunk-U2Y5RTFM.js";import"./chunk-HSXAXFGB.js";import"./chunk-EPTLLLNA.js";import"./chunk-VA7KCGYG.js";import"./chunk-RVQDHOEF.js";import"./chunk-7QUZJ6CD.js";import{a as g}from"./chunk-EKGBGBM2.js";import{a as s}from"./chunk-4S2OODW2.js";import{mkdtempSync as A,rmSync as N}from"node:fs";import{tmpdir as U}from"node:os";import p from"node:path";import{execFileSync as F}from"node:child_process";import{copyFileSync as E,existsSync as H,mkdirSync as I,writeFileSync as $}from"node:fs";import a from"node:path";import{fileURLToPath as B}from"node:url";var q=`version: 1
targets:
  nano33: { board: arduino-nano-33-ble, ram: 128 KiB, flash: 512 KiB }
  pi4: { board: raspberry-pi-4/onnxruntime }
  esp32: esp32-s3
models:
  - path: models/*
    calibration: data/calibration.npz
    evaluation: { data: data/evaluation.npz, metric: top-1 }
  - path: models/sensor.onnx
    targets: [nano33]
    recipe: int8
    use-case: keyword-spotting
    reference: mlperf-tiny/image-classification
  - path: models/wake.tflite
    targets: [nano33]
  - path: models/logger.tflite
    targets: [nano33, esp32]
  - path: models/gateway.onnx
    targets: [pi4]
    recipe: int8
budgets:
  - models: models/sensor.onnx
    peak-ram: { max: 10 KiB }
    flash: { max-increase: 2 KiB, level: warn }
  - models: models/logger.tflite
    flash: { max-increase: 8 KiB }
    latency: { max: 100 ms }
    peak-ram: { max-increase: 10% since v1.0.0, level: warn }
  - models: models/*
    accuracy: { max-drop: 1 pp }
schedule:
  - target: nano33
    arenas: shared
    battery: CR2032
    tasks:
      - { model: models/wake.tflite, every: 100 ms, deadline: 26 ms }
      - { model: models/sensor.onnx, every: 200 ms }
      - { model: models/logger.tflite, every: 1 s }
`,w="models/wake.tflite",D=[{day:"2026-01-15",message:"Digits recogniser",models:{"models/sensor.onnx":"base/digits.onnx","models/logger.tflite":"wider/digits-int8.tflite","models/wake.tflite":"base/digits-int8.tflite"}},{day:"2026-02-24",message:"The logger as small as the others (#7)",models:{"models/logger.tflite":"base/digits-int8.tflite"}},{day:"2026-04-08",message:"The logger learns from the field",models:{"models/logger.tflite":"worse/digits-int8.tflite"}},{day:"2026-05-19",message:"Back to the logger that knew its digits; the gateway reads them, too",models:{"models/logger.tflite":"base/digits-int8.tflite","models/gateway.onnx":"base/digits.onnx"}}],L="v1.0.0",f="models/logger.tflite",S=["main~3","main~2","main~1","main"],P={day:"2026-06-02",message:"Wider networks for the microcontroller, a retrained one for the gateway",models:{"models/sensor.onnx":"wider/digits.onnx","models/logger.tflite":"wider/digits-int8.tflite","models/gateway.onnx":"worse/digits.onnx"}};function C(e){let o=K();c(e,"init","--quiet","--initial-branch=main"),I(a.join(e,"data")),I(a.join(e,"models"));for(let t of["calibration.npz","evaluation.npz"])E(a.join(o,t),a.join(e,"data",t));$(a.join(e,"edge-ready.yml"),q);for(let t of D)G(e,o,t);c(e,"tag",L,"main~2"),c(e,"checkout","--quiet","-b","pull-request"),G(e,o,P)}s(C,"makeDemoRepository");function G(e,o,t){for(let[r,n]of Object.entries(t.models))E(a.join(o,n),a.join(e,r));c(e,"add","--all"),j(`${t.day}T12:00:00Z`,e,"commit","--quiet",`--message=${t.message}`)}s(G,"commit");function K(){let e=a.dirname(B(import.meta.url)),t=["..","../.."].map(r=>a.resolve(e,r,"fixtures","digits")).find(r=>H(r));if(t===void 0)throw new g("The demonstration needs the folder fixtures/ of the gate, which is not here.");return t}s(K,"fixturesFolder");function c(e,...o){j(void 0,e,...o)}s(c,"git");function j(e,o,...t){let r={name:"Demonstration",email:"demo@example.com"};try{F("git",t,{cwd:o,stdio:["ignore","ignore","pipe"],env:{...process.env,GIT_CONFIG_GLOBAL:"/dev/null",GIT_CONFIG_NOSYSTEM:"1",GIT_AUTHOR_NAME:r.name,GIT_AUTHOR_EMAIL:r.email,GIT_COMMITTER_NAME:r.name,GIT_COMMITTER_EMAIL:r.email,...e===void 0?{}:{GIT_AUTHOR_DATE:e,GIT_COMMITTER_DATE:e}}})}catch(n){throw new g(`The demonstration could not run git ${t[0]}: ${n instanceof Error?n.message:n}`)}}s(j,"gitAt");async function ye(e,o){let t=A(p.join(U(),"edge-ready-demo-"));try{C(t);let r={folder:A(p.join(t,".git","measured-"))};await z(t,r,o);let n=await k(e.output,i=>Y(t,r,i,o)),m=n.schedules.flatMap(({judgements:i})=>i).filter(({verdict:i})=>i==="fail");return n.verdict!=="fail"?(o.note(`The demonstration should end with "fail" and ended with "${n.verdict}".`),d.error):m.some(({task:i})=>i===w)?n.comparisons.some(({proposal:i})=>i!==null)?n.comparisons.some(({model:i,past:l})=>i===f&&l?.peakRam?.moved!=null)?(o.note("The pull request fails its budgets and makes a model late, as it should: the demonstration ran as intended."),d.pass):(o.note(`The demonstration should show where ${f} has been, and does not.`),d.error):(o.note("The demonstration should propose a recipe with which a model would pass, and does not."),d.error):(o.note(`The demonstration should say that ${w}, which did not change, is late, and does not.`),d.error)}finally{N(t,{recursive:!0,force:!0})}}s(ye,"demoCommand");async function z(e,o,t){let r=await u(e),n=y(t);for(let m of S)await _({repository:r,branch:h,revision:m,models:[f],targets:[],cache:o,log:t.note,progress:n});n.end()}s(z,"recordMain");async function W(e){let o=await M(await u(e),h);return o===void 0?T:v(o)}s(W,"historyOf");async function Y(e,o,t,r){let n=y(r),{report:m}=await O({directory:e,base:"main",head:"pull-request",targets:[],cache:o,...t===void 0?{}:{keep:t.keep},log:r.note,progress:n});if(n.end(),r.result(x(m,{marker:""})),t!==void 0){let{page:i}=await t.finish(m),l=p.join(p.dirname(i),"history.html");R(l,new TextEncoder().encode(b(await W(e)))),r.note(`The report with its figures: ${i}; where the numbers have been: ${l}`)}return m}s(Y,"checkDemo");export{ye as demoCommand};
