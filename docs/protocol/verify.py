#!/usr/bin/env python3
"""A verifier of Hemnyckel's protocol that knows it from protocol.md and hemnyckel.cddl, and shares nothing with the Go code.

It judges every golden vector and says which do not hold:

    python3 docs/protocol/verify.py credential/testdata/vectors

Section numbers in comments are those of protocol.md. Needs Python 3.9 and the package cryptography.
"""
import base64
import hashlib
import hmac
import json
import pathlib
import re
import sys

from cryptography.exceptions import InvalidSignature, InvalidTag
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

HOUR, DAY, SKEW = 3600, 86400, 3600


class Refused(Exception):
    """A refusal with its code (section 14)."""

    def __init__(self, code):
        super().__init__(code)
        self.code = code


def need(condition, code=1):
    if not condition:
        raise Refused(code)


# ---- CBOR, section 5 ----

def head(major, n):
    for info, size in ((24, 1), (25, 2), (26, 4), (27, 8)):
        if n < 24:
            return bytes([major << 5 | n])
        if n < 1 << 8 * size:
            return bytes([major << 5 | info]) + n.to_bytes(size, 'big')
    raise Refused(1)


def encode(v):
    if isinstance(v, bool):
        return b'\xf5' if v else b'\xf4'
    if isinstance(v, int):
        return head(0, v) if v >= 0 else head(1, -1 - v)
    if isinstance(v, bytes):
        return head(2, len(v)) + v
    if isinstance(v, str):
        return head(3, len(v.encode())) + v.encode()
    if isinstance(v, list):
        return head(4, len(v)) + b''.join(map(encode, v))
    pairs = sorted((encode(k), encode(x)) for k, x in v.items())
    return head(5, len(v)) + b''.join(k + x for k, x in pairs)


class Reader:
    def __init__(self, b):
        self.b, self.at = b, 0

    def take(self, n):
        need(self.at + n <= len(self.b))
        self.at += n
        return self.b[self.at - n:self.at]

    def item(self, depth=0):
        need(depth <= 6)
        first = self.take(1)[0]
        major, info = first >> 5, first & 31
        if major == 7:
            need(info in (20, 21))
            return info == 21
        need(info < 28 and major != 6)
        n = info if info < 24 else int.from_bytes(self.take(1 << info - 24), 'big')
        if major == 0:
            return n
        if major == 1:
            return -1 - n
        if major == 2:
            return self.take(n)
        if major == 3:
            try:
                return self.take(n).decode()
            except UnicodeDecodeError:
                raise Refused(1)
        need(n <= 4096)
        if major == 4:
            return [self.item(depth + 1) for _ in range(n)]
        out = {}
        for _ in range(n):
            k = self.item(depth + 1)
            need(isinstance(k, int) and k not in out)
            out[k] = self.item(depth + 1)
        return out


def decode(b):
    r = Reader(b)
    v = r.item()
    need(r.at == len(b) and encode(v) == b)
    return v


def diagnostic(v):
    if isinstance(v, bool):
        return 'true' if v else 'false'
    if isinstance(v, bytes):
        return "h'%s'" % v.hex()
    if isinstance(v, list):
        return '[' + ', '.join(map(diagnostic, v)) + ']'
    if isinstance(v, dict):
        return '{' + ', '.join('%d: %s' % (k, diagnostic(x)) for k, x in sorted(v.items())) + '}'
    return json.dumps(v) if isinstance(v, str) else str(v)


# ---- the grammar, as much of CDDL as hemnyckel.cddl uses ----

class Grammar:
    def __init__(self, text):
        text = re.sub(r';[^\n]*', '', text)
        self.rules = {}
        for m in re.finditer(r'^([a-z][a-z0-9-]*) = (\{[^}]*\}|\[.*?^\]|[^\n]+)', text, re.S | re.M):
            self.rules[m[1]] = m[2].strip()

    def zero(self, v, rule):
        body = self.rules.get(rule, rule)
        if rule in ('version', 'zone'):
            return v == [0] * len(v)
        if isinstance(v, bytes):
            return not v or re.fullmatch(r'bstr \.size \d+', body) is not None and not any(v)
        return not isinstance(v, dict) and not v

    def check(self, v, rule):
        body = self.rules.get(rule, rule)
        span = re.fullmatch(r'(-?\d+)\.\.(-?\d+)', body)
        size = re.fullmatch(r'bstr \.size \(?(\d+)(?:\.\.(\d+)\))?', body)
        if body == 'bool':
            need(isinstance(v, bool))
        elif span:
            need(isinstance(v, int) and not isinstance(v, bool) and int(span[1]) <= v <= int(span[2]))
        elif body == 'bstr':
            need(isinstance(v, bytes))
        elif size:
            need(isinstance(v, bytes) and int(size[1]) <= len(v) <= int(size[2] or size[1]))
        elif body.startswith('[*'):
            need(isinstance(v, list))
            for x in v:
                self.check(x, body[2:-1].strip())
        elif body.startswith('['):
            fields = re.findall(r'[a-z]+: ([^,\n]+),', body)
            need(isinstance(v, list) and len(v) == len(fields))
            for x, f in zip(v, fields):
                self.check(x, f.strip())
        elif body.startswith('{'):
            need(isinstance(v, dict))
            fields = {int(n): (opt, t.strip()) for opt, n, t in re.findall(r'(\? )?(\d+) => ([^,]+),', body)}
            need(set(v) <= set(fields))
            for n, (opt, t) in fields.items():
                need(n in v or opt)
                if n in v:
                    self.check(v[n], t)
                    need(not (opt and self.zero(v[n], t)))
        else:
            need(body in self.rules)
            self.check(v, body)
        return v

    def read(self, b, rule, limit):
        need(len(b) <= limit)
        return self.check(decode(b), rule)


here = pathlib.Path(__file__).parent
grammar = Grammar((here / 'hemnyckel.cddl').read_text())


# ---- sections 3 and 4 ----

def sha(*parts):
    return hashlib.sha256(b''.join(parts)).digest()


def key_hash(key):
    return sha(key)[:8]


def on_curve(key):
    try:
        return ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), key)
    except ValueError:
        raise Refused(1)


def es256(key, message, signature, code):
    r, s = int.from_bytes(signature[:32], 'big'), int.from_bytes(signature[32:], 'big')
    try:
        on_curve(key).verify(encode_dss_signature(r, s), message, ec.ECDSA(hashes.SHA256()))
    except InvalidSignature:
        raise Refused(code)


PROTECTED = bytes.fromhex('a10126')
BOUNDS = {'block-list': 6144, 'batch': 2048, 'root-statement': 320, 'root-next': 320}
RULES = {'ack': 'ack-tree', 'config': 'lock-config', 'time': 'time-token', 'batch': 'log-batch', 'sync': 'sync-request', 'root-statement': 'bytes',
         'root-next': 'root-statement'}


def parse(kind, raw):
    need(len(raw) <= BOUNDS.get(kind, 512))
    o = decode(raw)
    need(isinstance(o, list) and len(o) == 4 and o[0] == PROTECTED and o[1] == {} and isinstance(o[2], bytes))
    need(isinstance(o[3], bytes) and len(o[3]) == 64)
    body = grammar.read(o[2], RULES.get(kind, kind), BOUNDS.get(kind, 512))
    FORMS.get(kind, lambda b: None)(body)
    return body


def verify(kind, raw, key, code=48):
    body = parse(kind, raw)
    o = decode(raw)
    es256(key, encode(['Signature1', PROTECTED, b'hemnyckel/%s/1' % kind.encode(), o[2]]), o[3], code)
    return body


def possession(proof, handshake, counter, holder, code=11):
    es256(holder, encode(['hemnyckel/possession/1', handshake, counter]), proof, code)


# ---- section 6: what objects have to fulfil ----

def span(o, longest=None):
    need(o[5] < o[4])
    if longest is not None:
        need(o[4] - o[5] <= longest, 4)


def certificate_form(c):
    span(c)
    need((c[10] in (6, 7)) == (14 in c))
    if c[10] == 6:
        span(c, 7 * DAY + HOUR)


def grant_form(g):
    span(g)
    need(g[5] % HOUR == 0)
    need(1 <= g[11] <= 4096 and g[11] & g[11] - 1 == 0)
    zone = g.get(16, [0, 0, 0])
    need(zone[1] != 0 or zone[2] == 0)


def list_form(b):
    need(len(b[11]) <= 256 and len(b.get(12, [])) <= 64)


def config_form(c):
    need(c[2] != 0 and any(c[12]))
    need((15 in c) == (16 in c))


def batch_form(b):
    records = b[12]
    need(1 <= len(records) <= 32)
    for i, r in enumerate(records):
        need(r[0] != 0 and r[0] == records[0][0] + i)
    need(b[16] >= records[-1][0] and 0 < b[17] <= records[0][0])


def mandate_form(m):
    span(m, 7 * DAY + HOUR)


def root_form(s):
    need(s[10] != 0 and any(s[11]))
    if 12 in s:
        need(s[12] - s[6] <= 7 * DAY + HOUR, 4)
        need(s[12] > s[6])
    on_curve(s[8])


FORMS = {'certificate': certificate_form, 'grant': grant_form, 'activation': span, 'block-list': list_form, 'config': config_form,
         'batch': batch_form, 'mandate': mandate_form, 'root-next': root_form}


def lives(c, at):
    return c[5] <= at < c[4]


def certificate(raw, signer, code=48):
    c = verify('certificate', raw, signer, code)
    need(c[1] == key_hash(signer), 49)
    return c


def chain(root, role, raw, via=b''):
    """Section 6.1. Returns child and parent."""
    parse('certificate', raw)
    signer, parent = root, None
    if role in (6, 7, 8):
        parent = certificate(via, root, 49)
        need(parent[10] == (2 if role == 6 else 3), 49)
        signer = parent[8]
    child = certificate(raw, signer, 49)
    need(child[10] == role, 49)
    need(parent is None or lives(parent, child[5]), 49)
    return child, parent


def block_list(root, raw, held, revocation):
    c, _ = chain(root, 4, revocation)
    b = verify('block-list', raw, c[8])
    need(b[1] == key_hash(c[8]) and b[10][0] == c.get(13, 0) and lives(c, b[6]), 49)
    if held:
        need(b[10] > held[10], 50)
        need(b[10][0] != held[10][0] or [5, c[7]] not in [e[:2] for e in held[11]], 27)
    return b


def from_config(kind, raw, authority):
    o = verify(kind, raw, authority[8])
    need(authority[10] == 5 and o[1] == key_hash(authority[8]), 49)
    need(kind == 'ack' or lives(authority, o[6]), 49)
    return o


def acknowledgement(raw, authority):
    signed, ack, (index, beside) = grammar.read(raw, 'ack-slip', 512)
    t = from_config('ack', signed, authority)
    need(0 < t[11] <= 64 and t[11] & t[11] - 1 == 0)
    need(in_tree(encode(ack), index, beside, t[10], t[11]), 49)
    return ack


def mandate(root, raw, device_ca, lock, purpose):
    try:
        ca, _ = chain(root, 3, device_ca)
        m = verify('mandate', raw, ca[8])
    except Refused:
        raise Refused(58)
    need(m[1] == key_hash(ca[8]) and lives(ca, m[5]) and m[2] == key_hash(lock) and m[10] == purpose, 58)
    return m, ca


def spans(window):
    need(len(window) % 3 == 0)
    out = [tuple(window[i:i + 3]) for i in range(0, len(window), 3)]
    for days, begin, end in out:
        need(0 < days < 128 and begin < end <= 24)
    return out


def in_window(window, zone, not_before, earliest, latest):
    """Section 6.3."""
    if not window:
        return True
    t = earliest
    while t <= latest:
        offset = zone[2] if zone[1] and t >= not_before + HOUR * zone[1] else zone[0]
        wall = t + 900 * offset
        day, hour = 1 << (wall // DAY + 3) % 7, wall % DAY // HOUR
        if any(days & day and begin <= hour < end for days, begin, end in spans(window)):
            return True
        t = (t // 900 + 1) * 900
    return False


def path(leaf, index, beside, root, size):
    """Section 6.4."""
    need(fits(index, beside, size), 12)
    found = grammar.read(leaf, 'leaf', 37)
    spans(found[6])
    need(in_tree(leaf, index, beside, root, size), 12)
    return found


def fits(index, beside, size):
    return index < size and len(beside) == 32 * (size.bit_length() - 1)


def in_tree(leaf, index, beside, root, size):
    if not fits(index, beside, size):
        return False
    h = sha(b'\0', leaf)
    for i in range(0, len(beside), 32):
        other = beside[i:i + 32]
        h = sha(b'\1', other, h) if index & 1 else sha(b'\1', h, other)
        index >>= 1
    return h == root


def root_statement(raw, root, commitment):
    """Section 9.3."""
    inner = verify('root-statement', raw, root)
    s = parse('root-next', inner)
    need(s[1] == key_hash(root) and commit(s[8]) == commitment, 56)
    return verify('root-next', inner, s[8])


def commit(root):
    return sha(b'hemnyckel/root/1\0', root)


def follow(root, commitment, epoch, statements):
    previous, until = None, 0
    for raw in statements[:4]:
        try:
            s = root_statement(raw, root, commitment)
        except Refused:
            continue
        if s[10] == epoch + 1:
            previous, until = root, s.get(12, 0)
            root, commitment, epoch = s[8], s[11], s[10]
    return root, commitment, epoch, previous, until


# ---- sections 7.2 and 11.4: Noise and HPKE ----

def x25519(secret, public):
    return X25519PrivateKey.from_private_bytes(secret).exchange(X25519PublicKey.from_public_bytes(public))


def x_public(secret):
    raw = serialization.Encoding.Raw, serialization.PublicFormat.Raw
    return X25519PrivateKey.from_private_bytes(secret).public_key().public_bytes(*raw)


def mac(key, *parts):
    return hmac.new(key, b''.join(parts), hashlib.sha256).digest()


class Noise:
    def __init__(self, prologue):
        self.h = self.ck = sha(b'Noise_NX_25519_AESGCM_SHA256') if len('Noise_NX_25519_AESGCM_SHA256') > 32 else \
            b'Noise_NX_25519_AESGCM_SHA256'.ljust(32, b'\0')
        self.k, self.n = None, 0
        self.mix(prologue)

    def mix(self, data):
        self.h = sha(self.h, data)

    def mix_key(self, secret):
        temp = mac(self.ck, secret)
        self.ck = mac(temp, b'\1')
        self.k, self.n = mac(temp, self.ck, b'\2'), 0

    def seal(self, plain):
        out = plain
        if self.k:
            out = AESGCM(self.k).encrypt(nonce(self.n), plain, self.h)
            self.n += 1
        self.mix(out)
        return out

    def split(self):
        temp = mac(self.ck, b'')
        first = mac(temp, b'\1')
        return first, mac(temp, first, b'\2')


def nonce(n):
    return b'\0' * 4 + n.to_bytes(8, 'big')


def noise(i):
    s = Noise(i['prologue'].encode())
    e, re_, rs = i['initiator_ephemeral'], i['responder_ephemeral'], i['responder_static']
    s.mix(x_public(e))
    m1 = x_public(e) + s.seal(i['payload_1'])
    s.mix(x_public(re_))
    s.mix_key(x25519(re_, x_public(e)))
    static = s.seal(x_public(rs))
    s.mix_key(x25519(rs, x_public(e)))
    m2 = x_public(re_) + static + s.seal(i['payload_2'])
    to_responder, to_initiator = s.split()
    frames = b''.join(len(m).to_bytes(2, 'big') + m for m in (m1, m2))
    return {'message_1': m1, 'message_2': m2, 'handshake': s.h, 'stream': frames,
            'to_responder': AESGCM(to_responder).encrypt(nonce(0), i['plain_to_responder'], b''),
            'to_initiator': AESGCM(to_initiator).encrypt(nonce(0), i['plain_to_initiator'], b'')}


def expand(secret, info, length):
    out, block = b'', b''
    while len(out) < length:
        block = mac(secret, block, info, bytes([len(out) // 32 + 1]))
        out += block
    return out[:length]


def hpke_open(secret, box, info):
    """RFC 9180, base mode, X25519, HKDF-SHA256, AES-128-GCM."""
    need(len(box) >= 48)
    enc, kem, suite = box[:32], b'KEM\0\x20', b'HPKE\0\x20\0\1\0\1'

    def extract(salt, suite, label, ikm):
        return mac(salt, b'HPKE-v1', suite, label, ikm)

    def derive(prk, suite, label, info, n):
        return expand(prk, n.to_bytes(2, 'big') + b'HPKE-v1' + suite + label + info, n)

    try:
        dh = x25519(secret, enc)
    except ValueError:
        raise Refused(1)
    shared = derive(extract(b'', kem, b'eae_prk', dh), kem, b'shared_secret', enc + x_public(secret), 32)
    context = b'\0' + extract(b'', suite, b'psk_id_hash', b'') + extract(b'', suite, b'info_hash', info)
    prk = extract(shared, suite, b'secret', b'')
    key, base = derive(prk, suite, b'key', context, 16), derive(prk, suite, b'base_nonce', context, 12)
    try:
        return AESGCM(key).decrypt(base, box[32:], b'')
    except InvalidTag:
        raise Refused(1)


# ---- section 8 ----

def root_for(lock, raw):
    """Section 9.3: the root for a certificate that a root signs."""
    if lock.get('previous_root') and lock['now'] < lock['previous_root_until']:
        try:
            if parse('certificate', raw)[1] == key_hash(lock['previous_root']):
                return lock['previous_root']
        except Refused:
            pass
    return lock['root']


FOREVER = 1 << 32


def during(now, soon, o, early, ended):
    need(now < o[4], ended)
    need(soon >= o[5], early)


def decide(lock, handshake, p):
    need(not lock.get('unclaimed'), 42)
    try:                                                                                # 1
        issuer = certificate(p[4], root_for(lock, p[4]))
        g = verify('grant', p[3], issuer[8])
    except Refused as r:
        raise Refused(2 if r.code in (48, 49) else r.code)
    need(issuer[10] == 1 and g[1] == key_hash(issuer[8]) and lives(issuer, g[5]), 3)    # 2
    span(g, 5 * DAY + HOUR)                                                             # 3
    if 12 in issuer:
        span(g, issuer[12] * HOUR)
    need(7 in p, 5)                                                                     # 4
    span(parse('activation', p[7]), 16 * HOUR)                                          # 5
    parse('certificate', p.get(8, b''))                                                 # 6
    try:                                                                                # 7
        station, ca = chain(root_for(lock, p.get(9, b'')), 6, p[8], p.get(9, b''))
    except Refused:
        raise Refused(6)
    a = verify('activation', p[7], station[8], 7)                                       # 8
    need(a[1] == station[2], 7)
    need(a[10] == sha(p[3])[:16], 8)                                                    # 9
    need(a[2] == g[2] and a[5] >= g[5] and a[4] <= g[4] and a[4] - a[5] <= 60 * g[14], 9)  # 10
    need(station.get(11, 0) in (0, g[15]), 10)                                          # 11
    possession(p[1], handshake, p[2], g[8])                                             # 12
    leaf = path(p[5], p[6][0], p[6][1], g[10], g[11])                                   # 13
    number, rights, epoch, begin, end, _, window = leaf
    need(number == lock['number'], 12)                                                  # 14
    need(epoch >= lock['epoch'], 13)                                                    # 15
    need(rights & a.get(12, 255) & 1, 14)                                               # 16
    lost = lock['clock'] == 'lost'
    now, latest = lock['now'], FOREVER if lost else lock.get('latest', lock['now'])
    soon, earliest = latest + SKEW, now
    if now < latest:
        earliest = max(now, min(a[5], latest))
        latest = max(earliest, min(latest, a[4] - 1))
    during(now, soon, g, 15, 16)                                                        # 17
    during(now, soon, a, 17, 18)                                                        # 18
    for c in (issuer, ca, station):                                                     # 19
        during(now, soon, c, 19, 19)
    need(begin == 0 or latest >= g[5] + HOUR * begin, 20)                               # 20
    need(earliest < (min(g[4], g[5] + HOUR * end) if end else g[4]), 21)
    need(in_window(window, g.get(16, [0, 0, 0]), g[5], earliest, latest), 30)           # 21
    need(not lost or not lock['strict_clock'] and lock['unverified'] < 20, 22)          # 22
    held = parse('block-list', lock['block_list']) if lock['block_list'] else {11: []}
    for kind, name, code in ((1, g[2], 23), (2, g[7], 24), (3, station[2], 25), (4, a[11], 26), (5, issuer[7], 27), (5, station[7], 27), (5, ca[7], 27)):
        need(not blocked(held, kind, name, now), code)                                  # 23
    for group, least in held.get(12, []):                                               # 24
        need(group != g[15] or g[12] >= least, 28)
    need(not (lock['strict_log'] and lock['log_full']), 29)                             # 25
    return g


def blocked(held, kind, name, now):
    return any(e[0] == kind and e[1] == name and now < (e[2] + 1) * DAY for e in held[11])


# ---- sections 7.3 and 9: a lock in conversation ----

def code_form(text):
    return text.strip().upper().replace('-', '').replace(' ', '').replace('0', 'O').replace('1', 'I').encode()


def code_proof(code, end, handshake):
    return mac(code_form(code), b'hemnyckel/claim/1 ', end.encode(), b'\0', handshake)


class Lock:
    """A lock after a handshake."""

    def __init__(self, i):
        self.i, self.state, self.handshake = i, dict(i['lock']), i['handshake']
        self.stage, self.verdict, self.used, self.again, self.epoch = 'first', 0, False, False, 0
        secret = ec.derive_private_key(int.from_bytes(i['identity_signing'], 'big'), ec.SECP256R1()).public_key()
        self.key = secret.public_bytes(serialization.Encoding.X962, serialization.PublicFormat.CompressedPoint)
        self.exchange = x_public(i['identity_exchange'])

    def turn(self, raw):
        try:
            need(self.stage != 'done', 54)
            m = grammar.read(raw, 'message', 32768)
            need(len(m) == 1)
            (part, body), = m.items()
            allowed = {'first': {1: self.present, 7: self.claim_start, 11: self.reset_start}, 'open': {3: self.open, 5: self.down},
                       'install': {9: self.install}, 'reset': {13: lambda b: ('reset-records', 0), 15: self.confirm}}[self.stage]
            need(part in allowed, 54)
            return allowed[part](body)
        except Refused as r:
            self.stage = 'done'
            return 'error', r.code

    def present(self, p):
        self.stage, self.verdict = 'open', 0
        try:
            decide(self.state, self.handshake, p)
        except Refused as r:
            self.verdict = r.code
        return 'verdict', self.verdict

    def open(self, _):
        if self.verdict or self.used:
            return 'opened', self.verdict or 45
        self.used = True
        return 'opened', 46 if self.state.get('storage_broken') else 0

    def down(self, d):
        self.stage = 'done'
        if self.verdict and not self.again:
            self.stage, self.again = 'first', True
        s = self.state
        root, s['next_root'], self.epoch, previous, until = follow(s['root'], s['next_root'], self.epoch, d.get(7, []))
        if previous:
            s.update(root=root, previous_root=previous, previous_root_until=until)
        held = parse('block-list', s['block_list']) if s['block_list'] else None
        try:
            block_list(root_for(s, d[2]), d[1], held, d[2])
            s['block_list'] = d[1]
        except (KeyError, Refused):
            pass
        return 'up', 0

    def claim_start(self, m):
        self.stage = 'done'
        if not self.state.get('unclaimed'):
            return 'claimed', 43
        if m[1] != code_proof(self.i['claim_code'], 'installer', self.handshake):
            return 'claimed', 44
        if self.state.get('button_not_pressed'):
            return 'claimed', 57
        self.stage = 'install'
        return 'claim-identity', 0

    def install(self, m):
        self.stage = 'done'
        try:
            cert, _ = chain(m[1], 7, m[2], m[3])
            need(cert[8] == self.key and cert[14] == self.exchange and cert[2], 47)
            authority, _ = chain(m[1], 5, m[4])
            config = from_config('config', m[5], authority)
            need(config[2] == cert[2], 47)
            permit, _ = mandate(m[1], m[8], m[3], self.key, 1)
            need(permit[4] > config[6], 58)
            possession(m[9], self.handshake, 0, permit[8], 58)
            for raw in m.get(20, []):
                certificate(raw, m[1])
        except Refused as r:
            return 'claimed', r.code
        return 'claimed', 0

    def reset_start(self, m):
        self.stage = 'done'
        s = self.state
        by_code = m.get(1) == code_proof(self.i['claim_code'], 'reset', self.handshake)
        try:
            need(not s.get('unclaimed'), 42)
            need(by_code or 2 in m, 44)
            need(not s.get('button_not_pressed'), 57)
            if not by_code:
                permit, ca = mandate(root_for(s, m.get(3, b'')), m[2], m.get(3, b''), self.key, 2)
                held = parse('block-list', s['block_list']) if s['block_list'] else {11: []}
                need(s['now'] < permit[4], 58)
                need(not any(blocked(held, 5, serial, s['now']) for serial in (permit[7], ca[7])), 58)
                possession(m.get(4, b''), self.handshake, 0, permit[8], 58)
        except Refused as r:
            return 'reset-ready', r.code
        self.stage = 'reset'
        return 'reset-ready', 0

    def confirm(self, _):
        self.stage = 'done'
        return 'claimed', 0


def dialogue(i):
    lock, got, last = Lock(i), [], 0
    for t in i['turns']:
        answer, last = lock.turn(t['send'])
        got.append([answer, last])
    wanted = [[t['answer'], t['code']] for t in i['turns']]
    if got != wanted:
        raise AssertionError('got %s, want %s' % (got, wanted))
    need(last == 0, last)


# ---- section 15: the operations ----

def counted(rule, limit, counts):
    def form(i):
        m = grammar.read(i['bytes'], rule, limit)
        for field, most in counts.items():
            need(len(m.get(field, [])) <= most)
        if rule in ('message', 'station-message'):
            need(len(m) == 1)
    return form


def shown(body):
    return {'payload': diagnostic(body)}


def op_batch(i):
    b = verify('batch', i['bytes'], i['lock'])
    need(b[2] == key_hash(i['lock']), 49)
    h = b[11]
    for r in b[12]:
        h = sha(h, encode(r))
    return dict(shown(b), head=h)


def op_sync_request(i):
    r = verify('sync', i['bytes'], i['key'])
    need(r[14] == sha(i['mail']), 48)
    return shown(r)


def op_open_batch(i):
    s = grammar.read(i['bytes'], 'sealed-batch', 2176)
    need(s[1] == key_hash(x_public(i['ingest'])), 50)
    return {'signed': hpke_open(i['ingest'], s[2], b'hemnyckel/ingest/1\0' + s[1])}


def op_advert(i):
    b = i['bytes']
    need(b)
    need(b[0] == 1, 41)
    need(len(b) == 13)
    return {'is': hmac.compare_digest(b[7:], mac(i['lock'], b'hemnyckel/advert/1\0', b[:7])[:6])}


def op_enrolment(i):
    e = grammar.read(i['bytes'], 'enrolment', 2048)
    c, _ = chain(e[1], 8, e[2], e[3])
    need(c[8] == i['holder'], 11)


def op_signing_key(i):
    k = ec.derive_private_key(int.from_bytes(i['secret'], 'big'), ec.SECP256R1()).public_key()
    raw = k.public_bytes(serialization.Encoding.X962, serialization.PublicFormat.CompressedPoint)
    return {'public': raw, 'hash': key_hash(raw)}


def op_exchange_key(i):
    return {'public': x_public(i['secret']), 'hash': key_hash(x_public(i['secret']))}


def op_block_list(i):
    held = parse('block-list', i['held']) if i['held'] else None
    return shown(block_list(i['root'], i['bytes'], held, i['revocation']))


def op_grant(i):
    return dict(shown(verify('grant', i['bytes'], i['signer'])), hash=sha(i['bytes'])[:16])


def op_follow(i):
    root, _, epoch, _, _ = follow(i['root'], i['next'], i['epoch'], i['statements'])
    return {'root': root, 'epoch': epoch}


def op_from_config(kind):
    return lambda i: shown(from_config(kind, i['bytes'], parse('certificate', i['authority'])))


OPS = {
    'signing-key': op_signing_key, 'exchange-key': op_exchange_key,
    'chain-start': lambda i: {'head': sha(b'hemnyckel/log/1\0', i['lock'])},
    'chain-record': lambda i: {'head': sha(i['head'], encode(grammar.read(i['bytes'], 'record', 48)))},
    'commit-root': lambda i: {'next': commit(i['root'])},
    'claim-proof': lambda i: {'proof': code_proof(i['code'], i['end'], i['handshake'])},
    'certificate-name': lambda i: {'name': sha(b'hemnyckel/name/1\0', i['ephemeral'], i['bytes'])[:4]},
    'possession': lambda i: possession(i['bytes'], i['handshake'], i['counter'], i['holder']),
    'advert': op_advert, 'noise': noise,
    'window': lambda i: {'in': in_window(i['window'], i['zone'], i['not_before'], i['at'], i['at'])},
    'certificate': lambda i: shown(certificate(i['bytes'], i['signer'])),
    'chain': lambda i: chain(i['root'], i['role'], i['bytes'], i['via']) and None,
    'grant': op_grant, 'activation': lambda i: shown(verify('activation', i['bytes'], i['signer'], 7)),
    'block-list': op_block_list, 'config': op_from_config('config'), 'time': op_from_config('time'),
    'ack': lambda i: shown(acknowledgement(i['bytes'], parse('certificate', i['authority']))),
    'batch': op_batch, 'sync-request': op_sync_request, 'open-batch': op_open_batch, 'enrolment': op_enrolment,
    'mandate': lambda i: shown(mandate(i['root'], i['bytes'], i['device_ca'], i['lock'], i['purpose'])[0]),
    'root-statement': lambda i: {'root': root_statement(i['bytes'], i['root'], i['next'])[8]},
    'follow-roots': op_follow,
    'path': lambda i: path(i['bytes'], i['index'], i['hashes'], i['root'], i['size']) and None,
    'message': counted('message', 32768, {}), 'station-message': counted('station-message', 525312, {}),
    'greeting': counted('greeting', 2048, {}), 'station-greeting': counted('station-greeting', 2048, {}),
    'mail': counted('mail', 524288, {1: 192, 2: 64, 3: 32}),
    'sync-response': counted('sync-response', 524288, {7: 1024, 8: 64, 4: 16, 12: 4, 13: 32}),
    'decision': lambda i: decide(i['lock'], i['handshake'], grammar.read(i['bytes'], 'present', 4096)) and None,
    'dialogue': dialogue,
}

TEXTS = {'code', 'end', 'prologue', 'clock', 'answer', 'claim_code'}


def unhex(v, name=''):
    if isinstance(v, dict):
        return {k: unhex(x, k) for k, x in v.items()}
    if isinstance(v, list):
        return [unhex(x) for x in v]
    return bytes.fromhex(v) if isinstance(v, str) and name not in TEXTS else v


def plain(out):
    return {k: v.hex() if isinstance(v, bytes) else v for k, v in (out or {}).items()}


def holds(v):
    """None if the vector holds, else what is wrong."""
    out, code = None, 0
    try:
        out = OPS[v['op']](unhex(v['in']))
    except Refused as r:
        code = r.code
    except AssertionError as e:
        return str(e)
    if code != v['code']:
        return 'got code %d, want %d' % (code, v['code'])
    if 'out' in v and plain(out) != v['out']:
        return 'got %s, want %s' % (plain(out), v['out'])
    return None


def main(folder):
    judged, wrong = 0, 0
    for file in sorted(pathlib.Path(folder).glob('*.json')):
        for v in json.loads(file.read_text())['vectors']:
            if v['op'] == 'code':
                continue  # a table of sentences
            judged += 1
            fault = holds(v)
            if fault:
                wrong += 1
                print('%s: %s: %s' % (file.name, v['name'], fault))
    print('%d vectors, %s' % (judged, '%d do not hold' % wrong if wrong else 'all vectors hold'))
    return 1 if wrong or not judged else 0


if __name__ == '__main__':
    sys.exit(main(sys.argv[1]) if len(sys.argv) == 2 else 'usage: verify.py FOLDER')
