"""Tracks are found whatever is wrong with lengths, wrapping and header; notices say what is."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from musicvae.midi.containers import HEADER_SEARCH, NotMidi
from musicvae.midi.limits import Limits
from musicvae.midi.parser import Score, parse

from .test_parser import END, NOTE, smf

BODIES = [
    bytes.fromhex(f"{NOTE} 00 90 {pitch} 40 60 80 {pitch} 00 {END}") for pitch in ("40", "43")
]
BODIES.append(bytes.fromhex(f"00 ff 01 04 4d 54 72 6b {NOTE} {END}"))  # a text "MTrk"
CLEAN = parse(smf(*(body.hex() for body in BODIES)))[0]


def file_of(chunks: bytes, header: bytes | None = None, tracks: int = len(BODIES)) -> bytes:
    """A file of chunks after a header of type 1."""
    return (header or b"MThd\0\0\0\x06\0\x01" + tracks.to_bytes(2) + b"\x01\xe0") + chunks


def chunk(body: bytes, length: int | None = None) -> bytes:
    """A track chunk that says another length than it has."""
    return b"MTrk" + (len(body) if length is None else length).to_bytes(4) + body


def read(data: bytes) -> Score:
    """The only piece of a file."""
    (score,) = parse(data)
    return score


def test_a_clean_file_has_no_notice() -> None:
    """Not even if a text in it looks like a track."""
    assert CLEAN.notices == []
    assert [len(track.notes) for track in CLEAN.tracks] == [2, 2, 1]


@given(st.lists(st.none() | st.integers(0, 60) | st.just(2**32 - 1), min_size=2, max_size=2))
def test_tracks_of_wrong_lengths_are_read_whole(lengths: list[int | None]) -> None:
    """Too long, too short, zero or off by one, in any track; a notice says so if one is wrong."""
    bodies = BODIES[:2]
    chunks = [chunk(body, length) for body, length in zip(bodies, lengths, strict=True)]
    score = read(file_of(b"".join(chunks), tracks=2))
    assert score.tracks == CLEAN.tracks[:2]
    is_wrong = [n not in (None, len(body)) for body, n in zip(bodies, lengths, strict=True)]
    assert bool(score.notices) == any(is_wrong)


@pytest.mark.parametrize("difference", [-1, 1, 5])
def test_a_track_without_end_of_track_ends_before_the_next(difference: int) -> None:
    """Its length is wrong too."""
    body = bytes.fromhex(NOTE)
    score = read(file_of(chunk(body, len(body) + difference) + chunk(BODIES[1]), tracks=2))
    assert [len(track.notes) for track in score.tracks] == [1, 2]


@given(st.binary(min_size=1, max_size=40), st.integers(0, 2))
def test_stray_bytes_between_chunks_lose_no_track(stray: bytes, where: int) -> None:
    """They may look like anything but a track."""
    stray = stray.replace(b"MTrk", b"")
    chunks = [chunk(body) for body in BODIES[:2]]
    chunks.insert(where, stray)
    score = read(file_of(b"".join(chunks), tracks=2))
    assert [track.notes for track in score.tracks] == [track.notes for track in CLEAN.tracks[:2]]


def test_stray_bytes_are_counted_in_a_notice() -> None:
    """Zeros and line ends behind the last track are no loss."""
    first, second = (chunk(body) for body in BODIES[:2])
    score = read(file_of(first + b"\x00\xff\x51\x03\x07" + second + b"\r\n\0\0", tracks=2))
    assert score.notices == ["5 bytes after track 1 are in no track and were not read"]


@pytest.mark.parametrize("kind", ["fmt ", "LIST", "DISP"])
@pytest.mark.parametrize("is_first", [False, True])
@pytest.mark.parametrize("padded", [False, True])
def test_riff_chunks_come_in_any_order(kind: str, is_first: bool, padded: bool) -> None:
    """Chunks of odd size are padded."""
    data = file_of(b"".join(map(chunk, BODIES)))
    if padded:
        data += b"\0" * (1 - len(data) % 2)
    other = kind.encode() + (3).to_bytes(4, "little") + b"abc\0"
    body = b"data" + len(data).to_bytes(4, "little") + data + b"\0" * (len(data) % 2)
    riff = b"RMID" + (other + body if is_first else body + other)
    score = read(b"RIFF" + len(riff).to_bytes(4, "little") + riff)
    assert (score.tracks, score.notices) == (CLEAN.tracks, [])


def test_bytes_before_the_header_are_skipped_within_a_limit() -> None:
    """A MacBinary header of 128 bytes, for example."""
    data = file_of(b"".join(map(chunk, BODIES)))
    score = read(bytes(128) + data)
    assert score.tracks == CLEAN.tracks
    assert score.notices == ["128 bytes before the header of the file were skipped"]
    with pytest.raises(NotMidi, match="no MThd"):
        parse(bytes(HEADER_SEARCH) + data)


@pytest.mark.parametrize(
    "header",
    [
        "0000000a 0001 0003 01e0 0000 0000",  # longer
        "00000004 0001 0003",  # shorter
        "06000000 0001 0003 01e0",  # of the other byte order
        "00000000 0001 0003 01e0",
        "ffffffff 0001 0003 01e0",
    ],
)
def test_a_header_of_another_length_is_read(header: str) -> None:
    """The tracks after it are found."""
    data = file_of(b"".join(map(chunk, BODIES)), b"MThd" + bytes.fromhex(header))
    score = read(data)
    assert (score.resolution, score.tracks) == (480, CLEAN.tracks)


def test_fewer_tracks_than_promised_are_said() -> None:
    """Chunks of other types count as tracks here; more tracks than promised are read."""
    other = b"XFIH\0\0\0\x02ab"
    for promised, chunks, notices in (
        (4, 3 * [BODIES[0]], ["its header promises 4 tracks; it has 3"]),
        (1, 3 * [BODIES[0]], []),
    ):
        assert read(file_of(b"".join(map(chunk, chunks)), tracks=promised)).notices == notices
    for data in (other + chunk(BODIES[0]), chunk(BODIES[0]) + other + b"\r\n"):
        assert read(file_of(data, tracks=2)).notices == []


@given(st.integers(1, 40))
def test_a_file_that_is_cut_off_says_where(length: int) -> None:
    """What is before the cut is read; the notice names the track."""
    whole = file_of(chunk(BODIES[0]) + chunk(BODIES[1]), tracks=2)
    score = read(whole[:-length] if length < len(BODIES[1]) else whole[: -len(BODIES[1])])
    assert score.tracks[0] == CLEAN.tracks[0]
    assert any("cut off in track 2" in notice for notice in score.notices)


@pytest.mark.parametrize("damage", ["00 f4 00 00", "81 81 81 81 81 00", "00 f0 83 00"])
def test_damage_in_a_track_is_said(damage: str) -> None:
    """An undefined status, an illegal delta time, a message longer than the track."""
    score = read(smf(f"{NOTE} {damage} {NOTE}", f"{NOTE} {END}"))
    assert [len(track.notes) for track in score.tracks] == [1, 1]
    lost = len(bytes.fromhex(f"{damage} {NOTE}"))
    assert score.notices == [f"track 1 is damaged: its last {lost} bytes were not read"]


def test_notes_after_the_end_of_a_track_are_counted() -> None:
    """Other events there are no loss."""
    assert read(smf(f"{NOTE} {END} {NOTE} {NOTE}")).notices == [
        "2 notes after the end of track 1 were not read"
    ]
    assert read(smf(f"{NOTE} {END} 00 b0 07 40")).notices == []


def test_tracks_are_limited() -> None:
    """One more than the limit is refused; so are chunks of other types."""
    limits = Limits(tracks=3)
    parse(smf(*3 * [f"{NOTE} {END}"]), limits=limits)
    with pytest.raises(NotMidi, match="more than 3 tracks"):
        parse(smf(*4 * [f"{NOTE} {END}"]), limits=limits)
    with pytest.raises(NotMidi, match="more than 3 chunks"):
        parse(file_of(4 * b"abcd\0\0\0\0" + chunk(BODIES[0])), limits=limits)
