"""Runs a command and kills it at a time or memory limit; writes how it ended, with the peak of its whole life, as JSON.

limited.py RESULT_FILE SECONDS MEBIBYTES COMMAND...
"""

import json
import os
import signal
import subprocess
import sys
import time


def peak_kib(pid):
    try:
        with open(f"/proc/{pid}/status") as status:
            return next((int(line.split()[1]) for line in status if line.startswith("VmHWM:")), 0)
    except FileNotFoundError:
        return 0


def main():
    result_file, seconds, mebibytes, *command = sys.argv[1:]
    started = time.monotonic()
    pid = subprocess.Popen(command).pid
    killed = None
    while True:
        # The kernel's own account at the end: what a poll between two breaths would miss.
        ended, status, usage = os.wait4(pid, os.WNOHANG)
        if ended:
            break
        if time.monotonic() - started > float(seconds):
            killed = "time"
        elif peak_kib(pid) > int(mebibytes) * 1024:
            killed = "memory"
        if killed:
            os.kill(pid, signal.SIGKILL)
        time.sleep(0.005)
    result = {
        "exit": os.waitstatus_to_exitcode(status),
        "killed": killed,
        "peakMiB": usage.ru_maxrss / 1024,
        "seconds": time.monotonic() - started,
    }
    with open(result_file, "w") as file:
        json.dump(result, file)


main()
