"""Judges tokens with PyJWT: one JSON object a line in, `true` or `false` a line out."""

import json
import sys

import jwt
from jwt.api_jws import PyJWS

for line in sys.stdin:
    case = json.loads(line)
    try:
        key = jwt.PyJWK(case["jwk"], algorithm=case["alg"])
        PyJWS().decode(case["token"], key, algorithms=[case["alg"]])
        print("true", flush=True)
    except Exception:
        print("false", flush=True)
