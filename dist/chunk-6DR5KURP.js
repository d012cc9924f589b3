import{createRequire as __createRequire}from'node:module';const require=__createRequire(import.meta.url);
var e=["peakRam","flash","dataMemory","weightMemory","latency","energy","accuracy","accelerated","averagePower","duty","batteryLife"];export{e as a};
