"""From one recording to findings, coverage and a verdict; no phone, no event loop, no clock.

Entry points: `farm.detect.judge.judge` (pure, over values) and `farm.detect.analyse.analyse`
(reads a recording and calls it). The same recording and rules give the same bytes.
"""
