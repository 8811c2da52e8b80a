"""A module whose import waits for a file, as a large model would. The first import makes the file itself."""
import os
import sys
import time

GATE = os.path.join(os.environ["ASYA_SOCKET_DIR"], "gate")
FIRST = os.path.join(os.environ["ASYA_SOCKET_DIR"], "loaded-once")

if not os.path.exists(FIRST):
    open(FIRST, "w").close()
    open(GATE, "w").close()
if not os.path.exists(GATE):
    sys.stdout.write("waiting for the gate\n")
    sys.stdout.flush()
while not os.path.exists(GATE):
    time.sleep(0.01)


def hang(payload):
    sys.stdout.write("begun\n")
    sys.stdout.flush()
    time.sleep(3600)
