"""Sentences spoken by eSpeak NG, run by .venv-bench: reads [[voice, text, file], ...] as JSON, writes WAV files."""

import ctypes
import json
import sys
import wave

import espeakng_loader

_RETRIEVE = 2  # give the samples back instead of playing them
_UTF8 = 1
_RATE, _WORDS_A_MINUTE = 1, 165


def main() -> None:
    library = ctypes.CDLL(espeakng_loader.get_library_path())
    hertz = library.espeak_Initialize(_RETRIEVE, 0, espeakng_loader.get_data_path().encode(), 0)
    taken = bytearray()

    @ctypes.CFUNCTYPE(ctypes.c_int, ctypes.c_void_p, ctypes.c_int, ctypes.c_void_p)
    def take(samples: int | None, count: int, _events: int | None) -> int:
        if samples and count > 0:
            taken.extend(ctypes.string_at(samples, count * 2))
        return 0

    library.espeak_SetSynthCallback(take)
    library.espeak_SetParameter(_RATE, _WORDS_A_MINUTE, 0)
    for voice, text, path in json.load(sys.stdin):
        taken.clear()
        library.espeak_SetVoiceByName(voice.encode())
        encoded = text.encode()
        library.espeak_Synth(encoded, len(encoded) + 1, 0, 1, 0, _UTF8, None, None)
        library.espeak_Synchronize()
        with wave.open(path, "wb") as file:
            file.setnchannels(1)
            file.setsampwidth(2)
            file.setframerate(hertz)
            file.writeframes(bytes(taken))


if __name__ == "__main__":
    main()
