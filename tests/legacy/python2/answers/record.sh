#!/bin/sh
# Writes what Python 2.7 prints for each program here: record.sh [python2.7]
cd "$(dirname "$0")" || exit 1
for program in *.py2; do
    "${1:-python2.7}" -B "$program" > "${program%.py2}.txt" || exit 1
done
