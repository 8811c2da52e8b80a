"""The handlers of Asya's own introduction run as they stand there."""

import os
import re
import unittest

from running_runtime import HANDLERS, RunningRuntime, envelope

SEED = os.environ.get("ASYA_SEED_README", "/work/shared/seed-README.md")


class Seed(unittest.TestCase):
    def both_wires(self, runtime, request):
        (first,) = runtime.ask_first_wire(request)
        with runtime.open() as wire:
            ((second,),) = wire.ask(request)
        self.assertEqual(first, second)
        return first

    def test_the_function(self):
        with RunningRuntime("seed.process") as runtime:
            item = self.both_wires(runtime, envelope({"input": "hi", "kept": 1}))
        self.assertEqual(item["payload"], {"input": "hi", "kept": 1, "result": "HI"})

    def test_the_class(self):
        with RunningRuntime("seed.MyActor.process") as runtime:
            item = self.both_wires(runtime, envelope({"text": "hi"}))
        self.assertEqual(item["payload"], {"text": "hi", "prediction": "HI"})

    def test_the_judge_in_envelope_mode_inserts_a_refiner_where_the_score_is_low(self):
        with RunningRuntime("seed.LLMJudge.process", ASYA_HANDLER_MODE="envelope") as runtime:
            bad = self.both_wires(runtime, envelope({"llm_response": "meh"}))
            good = self.both_wires(runtime, envelope({"llm_response": "good"}))
        self.assertEqual(bad["payload"], {"llm_response": "meh", "judge_score": 0.1})
        self.assertEqual(bad["route"], {"actors": ["first", "llm-refiner", "second"], "current": 1})
        self.assertEqual(good["route"], {"actors": ["first", "second"], "current": 1})

    @unittest.skipUnless(os.path.exists(SEED), "set ASYA_SEED_README to Asya's introduction")
    def test_they_are_word_for_word_those_of_the_introduction(self):
        with open(SEED, encoding="utf-8") as file:
            blocks = re.findall(r"```python\n(.*?)```", file.read(), re.S)
        with open(os.path.join(HANDLERS, "seed.py"), encoding="utf-8") as file:
            handlers = file.read()
        self.assertEqual(len(blocks), 3)
        for block in blocks:
            self.assertIn(block.replace("# handler.py\n", ""), handlers)


if __name__ == "__main__":
    unittest.main()
