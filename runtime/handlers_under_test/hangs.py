"""Handlers of the tests that hang, each in its own way. Each says on stdout that it has begun."""
import asyncio
import ctypes
import os
import re
import signal
import subprocess
import sys
import threading
import time


def begun(payload):
    sys.stdout.write("begun %s\n" % payload)
    sys.stdout.flush()


def sleep_or_echo(payload):
    begun(payload)
    if payload == "hang":
        time.sleep(3600)
    return payload


def busy_or_echo(payload):
    begun(payload)
    while payload == "hang":
        pass
    return payload


def hold_gil_or_echo(payload):
    begun(payload)
    if payload == "hang":
        ctypes.PyDLL(None).sleep(3600)
    return payload


def backtrack_or_echo(payload):
    begun(payload)
    if payload == "hang":
        re.match(r"(a+)+$", "a" * 64 + "b")
    return payload


def ignore_signals_or_echo(payload):
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
    begun(payload)
    while payload == "hang":
        time.sleep(3600)
    return payload


def child_or_echo(payload):
    if payload == "hang":
        child = subprocess.Popen(["sleep", "3600"])
        begun("%d" % child.pid)
        child.wait()
    return payload


async def wait_or_echo(payload):
    begun(payload)
    if payload == "hang":
        try:
            await asyncio.sleep(3600)
        finally:
            begun("cancelled")
    return payload


async def stubborn_or_echo(payload):
    begun(payload)
    while payload == "hang":
        try:
            await asyncio.sleep(3600)
        except asyncio.CancelledError:
            continue
    return payload


async def fail_when_cancelled_or_echo(payload):
    begun(payload)
    if payload == "hang":
        try:
            await asyncio.sleep(3600)
        finally:
            begun("cancelled")
            raise ValueError("a-secret-word")
    return payload


def wait_for_file(payload):
    begun("%s %d" % (payload["name"], os.getpid()))
    while payload["path"] and not os.path.exists(payload["path"]):
        time.sleep(0.01)
    return payload["name"]


running = []


def count_running(payload):
    """The most handlers that have run at the same time since this one began."""
    running.append(payload["name"])
    begun(payload["name"])
    most = len(running)
    while not os.path.exists(payload["path"]):
        most = max(most, len(running))
        time.sleep(0.01)
    running.remove(payload["name"])
    return max(most, len(running) + 1)


def crash(payload):
    if payload == "crash":
        os.kill(os.getpid(), signal.SIGSEGV)
    return payload


def crash_and_leave_a_process(payload):
    """What it leaves has a copy of every descriptor, and a session of its own."""
    begun("orphan")
    if os.fork() == 0:
        os.setsid()
        time.sleep(20)
        os._exit(0)
    os._exit(3)


def crash_beside_a_thread(payload):
    threading.Thread(target=time.sleep, args=(3600,)).start()
    os.closerange(3, 1024)


def fork_and_return_twice(payload):
    os.fork()
    return {"pid": os.getpid(), "n": payload}


async def fork_and_return_twice_async(payload):
    return fork_and_return_twice(payload)
