"""Simplifies ONNX files with one of the peers, in this process: bytes in, bytes out. Prints one JSON line per file.

usage: simplify-peer.py onnxslim|onnxsim REPEATS ENOUGH_SECONDS MOST_SECONDS OUTPUT_FOLDER FIRST FILE...
No repetition of a file begins after ENOUGH_SECONDS; a file that takes MOST_SECONDS ends the process (SIGALRM).
"""

import json
import os
import signal
import sys
import time


def simplifier(name):
    import onnx

    if name == "onnxslim":
        import onnxslim

        return lambda data: onnxslim.slim(onnx.load_model_from_string(data)).SerializeToString()
    import onnxsim

    return lambda data: onnxsim.simplify(onnx.load_model_from_string(data))[0].SerializeToString()


def main():
    name, repeats, enough, most, folder, first, *files = sys.argv[1:]
    simplify = simplifier(name)
    report = os.dup(1)
    os.dup2(2, 1)
    for index, file in enumerate(files):
        if index < int(first):
            continue
        with open(file, "rb") as opened:
            data = opened.read()
        result = {"index": index}
        signal.alarm(int(most))
        begun = time.perf_counter()
        try:
            times = []
            for _ in range(int(repeats)):
                started = time.perf_counter()
                output = simplify(data)
                times.append(1000 * (time.perf_counter() - started))
                if time.perf_counter() - begun > float(enough):
                    break
            with open(os.path.join(folder, f"{name}-{index}.onnx"), "wb") as opened:
                opened.write(output)
            result["milliseconds"] = times
        except BaseException as error:
            result["error"] = f"{type(error).__name__}: {error}".splitlines()[0][:120]
        os.write(report, (json.dumps(result) + "\n").encode())


main()
