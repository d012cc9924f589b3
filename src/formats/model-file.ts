/** Names of files that are models wherever they are, in any letter case. */
export const modelFile = /\.(onnx|ort|tflite)$/i;
/** Names of those in ONNX Runtime's own format. */
export const ortFileName = /\.ort$/i;
