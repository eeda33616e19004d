// The voices of the synthesizer of musicvae, played by Web Audio, and piano rolls as SVG.
// One module without dependencies. Its last line is taken off where it stands inside a page.

const FALL = Math.log(1000); // a level that falls by 60 dB falls by this in natural logarithms
const AHEAD = 0.15; // seconds that are scheduled ahead
const TICK = 25; // milliseconds between two looks at what is next
const LATE = 0.02; // seconds from a call to the first sound
const MOST = 64; // pitched notes at once; of more, the one that would end first is let go
const LOUDNESS = -16; // LUFS, about; see `level`
const HEADROOM = 4; // how far above full scale the soft limiter reaches
const NOISE = 2 ** 16; // samples of a loop of noise

const clamp = (value, low, high) => Math.min(high, Math.max(low, value));
const hertz = (pitch) => 440 * 2 ** ((pitch - 69) / 12);

function random(seed) {
  // mulberry32: the same numbers at each start
  return () => {
    seed = (seed + 0x6d2b79f5) | 0;
    let t = Math.imul(seed ^ (seed >>> 15), 1 | seed);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2147483648 - 1;
  };
}

function filtered(samples, type, cutoff, rate) {
  // A Butterworth filter of 12 dB an octave; the samples are a loop, so it runs twice.
  const w = (2 * Math.PI * Math.min(cutoff, 0.45 * rate)) / rate;
  const alpha = Math.sin(w) / Math.SQRT2;
  const cosine = Math.cos(w);
  const edge = type === "lowpass" ? 1 - cosine : 1 + cosine;
  const b1 = (type === "lowpass" ? edge : -edge) / (1 + alpha);
  const b0 = edge / 2 / (1 + alpha);
  const a1 = (-2 * cosine) / (1 + alpha);
  const a2 = (1 - alpha) / (1 + alpha);
  const out = new Float32Array(samples.length);
  let [x1, x2, y1, y2] = [0, 0, 0, 0];
  for (let turn = 0; turn < 2; turn++) {
    for (let i = 0; i < samples.length; i++) {
      const x = samples[i];
      const y = b0 * (x + x2) + b1 * x1 - a1 * y1 - a2 * y2;
      [x2, x1, y2, y1] = [x1, x, y1, y];
      out[i] = y;
    }
  }
  return out;
}

function scaled(samples, power) {
  // The samples with a mean square of 1, or with an energy of 1.
  let sum = 0;
  for (const x of samples) sum += x * x;
  const factor = 1 / Math.sqrt(power === "mean" ? sum / samples.length : sum);
  return samples.map((x) => x * factor);
}

function noise(band, rate, next, length = NOISE) {
  const white = Float32Array.from({ length }, next);
  return scaled(filtered(filtered(white, "highpass", band[0], rate), "lowpass", band[1], rate), "mean");
}

function hall(context, table) {
  // The response of a small hall: bands of noise that die away, the highest first.
  const rate = context.sampleRate;
  const length = Math.round(table.seconds * rate);
  const buffer = context.createBuffer(2, length, rate);
  const next = random(2);
  for (let channel = 0; channel < 2; channel++) {
    const total = new Float32Array(length);
    for (const [low, high, seconds, level] of table.bands) {
      const band = noise([low, high], rate, next, length);
      for (let i = 0; i < length; i++) total[i] += level * band[i] * Math.exp((-i / rate) * (FALL / seconds));
    }
    for (let i = 0; i < length; i++) {
      total[i] *= clamp((i / rate - table.first) / table.buildUp, 0, 1) * Math.min(1, (length - i) / (rate / 10));
    }
    buffer.copyToChannel(scaled(total, "sum"), channel);
  }
  return buffer;
}

function softLimit(ceiling) {
  // Straight up to half the ceiling, then bent so that nothing is above it.
  const knee = ceiling / 2;
  return Float32Array.from({ length: 8193 }, (_, i) => {
    const x = HEADROOM * (i / 4096 - 1);
    const over = Math.abs(x) - knee;
    return over <= 0 ? x : Math.sign(x) * (knee + (ceiling - knee) * Math.tanh(over / (ceiling - knee)));
  });
}

// What is known about a piece before it sounds -------------------------------------------------

class Score {
  constructor(music, voices) {
    this.music = music;
    this.tempos = music.tempos.length ? music.tempos : [[0, music.bpm]];
    this.marks = [0];
    for (let i = 1; i < this.tempos.length; i++) {
      const [quarter] = this.tempos[i];
      const [before, bpm] = this.tempos[i - 1];
      this.marks.push(this.marks[i - 1] + ((quarter - before) * 60) / bpm);
    }
    this.seconds = this.time(music.quarters);
    this.notes = music.parts.flatMap((part, number) =>
      part.notes.map(([start, length, pitch, velocity]) => ({
        part: number,
        start: this.time(start),
        end: this.time(start + length),
        pitch,
        velocity,
        program: programAt(part, start),
      })),
    );
    this.notes.sort((a, b) => a.start - b.start || a.pitch - b.pitch);
    this.places = places(music.parts, voices);
    this.shares = music.parts.map(share);
    this.channels = channels(music.parts);
    this.level = 1;
  }

  time(quarter) {
    // Seconds from the beginning to a quarter.
    let i = this.tempos.length - 1;
    while (i > 0 && this.tempos[i][0] > quarter) i--;
    return this.marks[i] + ((quarter - this.tempos[i][0]) * 60) / this.tempos[i][1];
  }

  quarter(seconds) {
    let i = this.marks.length - 1;
    while (i > 0 && this.marks[i] > seconds) i--;
    return this.tempos[i][0] + ((seconds - this.marks[i]) * this.tempos[i][1]) / 60;
  }

  boundary(quarter, unit) {
    // The first beat or bar line at or after a quarter; the end of the music is one.
    const { quarters } = this.music;
    const meters = this.music.meters || [[this.music.pickup || 0, "", this.music.beat, this.music.bar]];
    let line = 0;
    meters.forEach(([start, , beat, bar], i) => {
      const step = unit === "bar" ? bar : beat;
      const end = i + 1 < meters.length ? meters[i + 1][0] : quarters;
      const from = i ? start : start - Math.floor(start / step) * step;
      if (line < quarter - 1e-6) line = Math.min(end, Math.max(from, from + Math.ceil((quarter - from) / step - 1e-6) * step));
    });
    return Math.min(line, quarters);
  }
}

function programAt(part, start) {
  let program = part.program;
  for (const [quarter, later] of part.programs || []) if (quarter <= start + 1e-6) program = later;
  return program;
}

function places(parts, voices) {
  // Where each part is heard, -1 left to 1 right; basses and drums in the middle.
  let spread = 0;
  return parts.map((part) => {
    if (part.drum || voices.basses.includes(part.program)) return 0;
    return voices.sides[spread++ % voices.sides.length];
  });
}

function share(part) {
  // Chords are as loud as single notes, so that a melody is heard above them.
  const onsets = new Set(part.notes.map((note) => note[0])).size;
  return part.drum || !onsets ? 1 : Math.max(1, part.notes.length / onsets) ** -0.5;
}

function channels(parts) {
  // MIDI channels, from 0: drums on 9, the other parts on the others in turn.
  let next = 0;
  return parts.map((part) => {
    if (part.drum) return 9;
    const channel = next++ % 15;
    return channel < 9 ? channel : channel + 1;
  });
}

// The player ----------------------------------------------------------------------------------

class Player {
  // Plays music JSON through an AudioContext, or an OfflineAudioContext, which is filled at once.
  constructor(context, voices) {
    this.context = context;
    this.voices = voices;
    this.offline = "startRendering" in context;
    this.playing = false;
    this.onposition = null;
    this.onend = null;
    this.sink = null;
    this.muted = new Set();
    this.spans = [];
    this.active = new Set();
    this.offs = [];
    this.waves = new Map();
    this.noises = new Map();
    this.buses = new Map();
    const limiter = context.createWaveShaper();
    limiter.curve = softLimit(10 ** (voices.levels.ceiling / 20));
    this.out = context.createGain();
    this.out.gain.value = 1 / HEADROOM;
    this.out.connect(limiter).connect(context.destination);
    this.hall = context.createConvolver();
    this.hall.normalize = false;
    this.hall.buffer = hall(context, voices.hall);
    this.hall.connect(this.out);
  }

  load(music) {
    this.stop();
    this.score = this.prepare(music);
  }

  prepare(music) {
    const score = new Score(music, this.voices);
    score.level = this.level(score);
    return score;
  }

  play({ loop = false, from = 0 } = {}) {
    if (!this.score) return;
    this.stop();
    if (!this.offline && this.context.state === "suspended") this.context.resume();
    this.loop = loop && this.score.seconds > 0.05;
    const begin = this.context.currentTime + (this.offline ? 0 : LATE);
    this.spans = [this.span(this.score, begin, begin - this.score.time(from))];
    this.playing = true;
    this.sendPrograms(begin);
    this.run();
  }

  span(score, from, base) {
    // A stretch of time: from `from` on, second 0 of the score stands at `base`.
    return { score, from, base, next: 0 };
  }

  run() {
    this.schedule(this.horizon());
    if (this.offline) return;
    this.timer = setInterval(() => this.tick(), TICK);
    if (typeof requestAnimationFrame === "function") {
      const frame = () => {
        if (!this.playing) return;
        if (this.onposition) this.onposition(this.position(), this.heard().score.music);
        requestAnimationFrame(frame);
      };
      requestAnimationFrame(frame);
    }
  }

  horizon() {
    const { context } = this;
    return this.offline ? context.length / context.sampleRate : context.currentTime + AHEAD;
  }

  tick() {
    this.schedule(this.horizon());
    const { currentTime } = this.context;
    for (const note of this.active) if (note.stop < currentTime) this.active.delete(note);
    const first = this.spans.findLastIndex((span) => span.from <= currentTime - 1);
    if (first > 0) this.spans.splice(0, first);
    const last = this.spans.at(-1);
    if (!this.loop && currentTime > last.base + last.score.seconds + 0.05) {
      this.finish();
      if (this.onend) this.onend();
    }
  }

  schedule(until) {
    // All notes that begin before `until`.
    for (;;) {
      const span = this.spans.at(-1);
      const { notes, seconds } = span.score;
      for (; span.next < notes.length; span.next++) {
        const note = notes[span.next];
        const time = span.base + note.start;
        if (time >= until) break;
        if (time >= span.from - 1e-6) this.strike(note, Math.max(0, time), note.end - note.start, span.score);
      }
      const end = span.base + seconds;
      if (!this.loop || end >= until) break;
      this.spans.push(this.span(span.score, end, end));
    }
    this.sendOffs(until);
  }

  stop() {
    // Ends all notes at once; the hall rings on.
    const now = this.context.currentTime;
    for (const note of this.active) this.release(note, now, 0.03);
    if (this.sink) for (const off of this.offs) this.send(false, off.channel, off.pitch, 0, Math.max(now + AHEAD, off.sent));
    this.offs = [];
    this.finish();
  }

  finish() {
    clearInterval(this.timer);
    this.playing = false;
  }

  swap(music, when = "bar") {
    // Other music goes on from the place where this one is: now, or at the next beat or bar.
    const score = this.prepare(music);
    if (!this.playing) {
      this.score = score;
      return;
    }
    const now = this.context.currentTime + (this.sink ? AHEAD : 0.01);
    let at = this.spans.findLastIndex((span) => span.from <= now);
    const span = this.spans[Math.max(0, at)];
    let quarter = span.score.quarter(now - span.base);
    if (when !== "now") quarter = span.score.boundary(quarter, when);
    const moment = span.base + span.score.time(quarter);
    const place = score.music.quarters ? score.time(quarter % score.music.quarters) : 0;
    this.score = score;
    for (const note of [...this.active]) {
      if (note.start >= moment - 1e-6) this.cancel(note);
      else if (note.end > moment) this.release(note, moment);
    }
    for (const off of this.offs) off.time = Math.min(off.time, moment);
    this.spans = this.spans.filter((other) => other.from < moment);
    this.spans.push(this.span(score, moment, moment - place));
    this.loop = this.loop && score.seconds > 0.05;
    this.sendPrograms(moment);
    this.schedule(this.horizon());
  }

  heard() {
    const { context } = this;
    const latency = this.offline ? 0 : context.outputLatency || context.baseLatency || 0;
    const time = context.currentTime - latency;
    const span = this.spans.findLast((one) => one.from <= time) || this.spans[0];
    return { score: span.score, seconds: Math.max(time, span.from) - span.base };
  }

  position() {
    // Quarters from the beginning, as heard.
    if (!this.spans.length) return 0;
    const { score, seconds } = this.heard();
    return clamp(score.quarter(seconds), 0, score.music.quarters);
  }

  mute(part, muted = true) {
    this.muted[muted ? "add" : "delete"](part);
    for (const bus of this.buses.values()) {
      if (bus.part === part) bus.mute.gain.setTargetAtTime(muted ? 0 : 1, this.context.currentTime, 0.01);
    }
  }

  // MIDI out

  send(on, channel, pitch, velocity, time) {
    this.sink.note(on, channel, pitch, velocity, this.milliseconds(time));
  }

  milliseconds(time) {
    // A time of the audio context on the clock of the page.
    const { context } = this;
    const stamp = context.getOutputTimestamp ? context.getOutputTimestamp() : null;
    if (stamp && stamp.performanceTime) return stamp.performanceTime + (time - stamp.contextTime) * 1000;
    return performance.now() + (time - context.currentTime) * 1000;
  }

  sendPrograms(time) {
    const { parts } = this.score.music;
    this.sent = new Map();
    if (!this.sink || !this.sink.program) return;
    parts.forEach((part, i) => this.sendProgram(this.score.channels[i], part.program, time));
  }

  sendProgram(channel, program, time) {
    if (channel === 9 || this.sent.get(channel) === program || !this.sink.program) return;
    this.sent.set(channel, program);
    this.sink.program(channel, program, this.milliseconds(time));
  }

  sendOffs(until) {
    if (!this.sink) return;
    for (const off of this.offs) if (off.time < until) this.send(false, off.channel, off.pitch, 0, off.time);
    this.offs = this.offs.filter((off) => off.time >= until);
  }

  // Notes

  strike(note, time, held, score) {
    const isDrum = score.music.parts[note.part].drum;
    if (this.sink) {
      if (this.muted.has(note.part)) return;
      const channel = score.channels[note.part];
      this.sendProgram(channel, note.program, time);
      this.send(true, channel, note.pitch, note.velocity, time);
      this.offs.push({ channel, pitch: note.pitch, time: time + Math.max(held, 0.01), sent: time });
      return;
    }
    let voice = this.voices.voices[this.voices.programs[note.program]];
    let { pitch } = note;
    let pan = score.places[note.part];
    if (isDrum) {
      const [name, tuned, place] = this.voices.drums[note.pitch] || [];
      [voice, pitch] = [this.voices.drumVoices[name], tuned];
      pan += place || 0;
      this.choke(note, time);
    }
    if (!voice) return; // a voice that was not packed
    voice = { ...this.voices.defaults.voice, ...voice };
    if (!isDrum) pan += (voice.width * (pitch - 60)) / 48;
    const level = score.level * score.shares[note.part];
    const out = this.bus(note.part, clamp(pan, -1, 1), voice.reverb);
    const sounding = this.sound(voice, pitch, note.velocity, isDrum ? null : held, time, level, out);
    Object.assign(sounding, { part: note.part, pitch: note.pitch, isDrum });
    this.active.add(sounding);
    if (!this.offline) this.limitVoices(time);
  }

  choke(note, time) {
    // A closed hi-hat ends an open one.
    for (const other of this.active) {
      const enders = other.isDrum && other.part === note.part && other.start < time && this.voices.choked[other.pitch];
      if (enders && enders.includes(note.pitch)) this.release(other, time);
    }
  }

  limitVoices(time) {
    const held = [...this.active].filter((note) => !note.isDrum && note.end > time);
    if (held.length <= MOST) return;
    held.sort((a, b) => a.end - b.end);
    this.release(held[0], Math.max(time, held[0].start));
  }

  release(note, time, seconds = null) {
    for (const layer of note.layers) {
      const gain = layer.gain.gain;
      gain.cancelScheduledValues(time);
      gain.setTargetAtTime(0, time, (seconds || layer.release) / FALL);
      for (const source of layer.sources) source.stop(time + (seconds || layer.release) * 1.2);
    }
    note.end = time;
    note.stop = Math.min(note.stop, time + 2);
  }

  cancel(note) {
    for (const layer of note.layers) {
      for (const source of layer.sources) source.stop(0);
      layer.gain.disconnect();
    }
    this.active.delete(note);
  }

  bus(part, pan, reverb) {
    // Where notes of a part at a place go: into the mix, and a share of them into the hall.
    const key = `${part} ${pan.toFixed(2)} ${reverb}`;
    if (!this.buses.has(key)) {
      const { context } = this;
      const mute = context.createGain();
      const panner = context.createStereoPanner();
      const loud = context.createGain();
      const send = context.createGain();
      mute.gain.value = this.muted.has(part) ? 0 : 1;
      panner.pan.value = pan;
      loud.gain.value = Math.SQRT2; // in the middle, both sides have the level of the note
      send.gain.value = reverb;
      mute.connect(panner).connect(loud).connect(this.out);
      mute.connect(send).connect(this.hall);
      this.buses.set(key, { part, mute });
    }
    return this.buses.get(key).mute;
  }

  sound(voice, pitch, velocity, held, time, level, out) {
    // A note of a voice; a drum, which has no length, dies by itself.
    const { levels, defaults } = this.voices;
    if (held !== null) held = Math.max(held, levels.shortest);
    const layers = voice.layers.map((layer) => ({ ...defaults.layer, ...layer }));
    const total = Math.sqrt(layers.reduce((sum, layer) => sum + layer.level ** 2, 0));
    const gain = (level * 10 ** (voice.gain / 20) * (velocity / 127) ** levels.power) / total;
    const note = { start: time, end: time + (held === null ? levels.struck : held), stop: 0, layers: [] };
    const faster = 2 ** ((voice.tracking * (pitch - 60)) / 12);
    const cutoff = voice.cutoff * 2 ** ((voice.brightness * (velocity - levels.middleVelocity)) / 127);
    const vibrato = this.vibrato(voice, held, time);
    for (const layer of layers) {
      const envelope = this.context.createGain();
      const [sources, power] = layer.noise
        ? [[this.hiss(layer, pitch, time, envelope)], 1]
        : this.tones(layer, hertz(pitch) * layer.ratio, cutoff, time, envelope, vibrato);
      const peak = (gain * layer.level) / power;
      const stop = this.envelope(envelope.gain, layer, peak, layer.decay / faster, held, time);
      for (const source of sources) source.stop(stop);
      sources[0].onended = () => envelope.disconnect();
      envelope.connect(out);
      note.layers.push({ gain: envelope, sources, release: layer.release });
      note.stop = Math.max(note.stop, stop);
    }
    if (vibrato) vibrato.source.stop(note.stop);
    return note;
  }

  envelope(gain, layer, peak, decay, held, time) {
    // Sets the level of a layer over time; returns when it is over.
    const { attack, sustain, release } = layer;
    const rise = held === null ? attack : Math.min(attack, held);
    gain.setValueAtTime(0, time);
    gain.linearRampToValueAtTime((peak * rise) / attack, time + rise);
    if (rise === attack) gain.setTargetAtTime(peak * sustain, time + attack, decay / FALL);
    let length = attack + decay;
    if (held !== null && (sustain || held + release < length)) {
      const fall = sustain ? release : 1 / (1 / release + 1 / decay);
      gain.setTargetAtTime(0, time + held, fall / FALL);
      length = held + release;
    }
    return time + length * 1.1 + 0.01; // some 66 dB down
  }

  vibrato(voice, held, time) {
    const [rate, cents, delay] = voice.vibrato;
    if (!cents || held === null || held <= delay) return null;
    const source = this.context.createOscillator();
    const depth = this.context.createGain();
    source.frequency.value = rate;
    depth.gain.setValueAtTime(0, time + delay);
    depth.gain.linearRampToValueAtTime(cents, time + delay + 0.3);
    source.connect(depth);
    source.start(time + delay);
    return { source, depth };
  }

  tones(layer, tone, cutoff, time, out, vibrato) {
    // The partials of a layer, behind the filter of its voice, and their root mean square.
    const { context } = this;
    const edge = Math.max(cutoff, 1.5 * tone);
    const filter = context.createBiquadFilter();
    filter.frequency.value = Math.min(edge, 0.49 * context.sampleRate);
    filter.Q.value = -3.0103; // dB: Butterworth
    filter.connect(out);
    const [octaves, seconds] = layer.sweep;
    const sources = layer.cents.map((cents, number) => {
      const source = context.createOscillator();
      source.setPeriodicWave(this.wave(layer.harmonics, number));
      source.frequency.value = tone * 2 ** (cents / 1200);
      if (octaves) {
        source.detune.setValueAtTime(1200 * octaves, time);
        source.detune.setTargetAtTime(0, time, seconds);
      }
      if (vibrato) vibrato.depth.connect(source.detune);
      source.connect(filter);
      source.start(time);
      return source;
    });
    return [sources, Math.sqrt(sources.length) * this.power(layer.harmonics, tone, edge)];
  }

  power(harmonics, tone, edge) {
    // Root mean square of the partials that pass the filter and are no higher than can be heard.
    let sum = 0;
    harmonics.forEach((amplitude, i) => {
      const partial = tone * (i + 1);
      if (partial <= 0.45 * this.context.sampleRate) sum += amplitude ** 2 / (1 + (partial / edge) ** 4);
    });
    return Math.sqrt(sum / 2) || 1;
  }

  wave(harmonics, number) {
    // Tones that are out of tune begin apart: each at another part of its period.
    const key = `${harmonics} ${number}`;
    if (!this.waves.has(key)) {
      const turn = (2 * Math.PI * number * 5) / 13;
      const real = Float32Array.from([0, ...harmonics.map((a, i) => a * Math.sin((i + 1) * turn))]);
      const imag = Float32Array.from([0, ...harmonics.map((a, i) => a * Math.cos((i + 1) * turn))]);
      this.waves.set(key, this.context.createPeriodicWave(real, imag, { disableNormalization: true }));
    }
    return this.waves.get(key);
  }

  hiss(layer, pitch, time, out) {
    // Noise between two frequencies; other keys start elsewhere in it.
    const { context } = this;
    const key = `${layer.noise}`;
    if (!this.noises.has(key)) {
      const buffer = context.createBuffer(1, NOISE, context.sampleRate);
      buffer.copyToChannel(noise(layer.noise, context.sampleRate, random(1)), 0);
      this.noises.set(key, buffer);
    }
    const source = context.createBufferSource();
    source.buffer = this.noises.get(key);
    source.loop = true;
    source.connect(out);
    source.start(time, (Math.round(pitch * 7919) % NOISE) / context.sampleRate);
    return source;
  }

  level(score) {
    // The factor that brings a piece to about -16 LUFS, from the energy of its notes.
    const known = new Map();
    let energy = 0;
    for (const note of score.notes) {
      const held = note.end - note.start;
      const key = `${note.part} ${note.program} ${note.pitch} ${note.velocity} ${held.toFixed(3)}`;
      if (!known.has(key)) known.set(key, this.energy(note, held, score) * score.shares[note.part] ** 2);
      energy += known.get(key);
    }
    const power = (2 * energy) / Math.max(score.seconds, 0.5);
    return power ? clamp(10 ** ((LOUDNESS + 0.691 - 10 * Math.log10(power)) / 20), 0.001, 2) : 1;
  }

  energy(note, held, score) {
    // Of one side, weighted as a loudness meter does (ITU-R BS.1770).
    const isDrum = score.music.parts[note.part].drum;
    const [name, tuned] = isDrum ? this.voices.drums[note.pitch] || [] : [this.voices.programs[note.program], note.pitch];
    const table = (isDrum ? this.voices.drumVoices : this.voices.voices)[name];
    if (!table) return 0;
    const { levels, defaults } = this.voices;
    const voice = { ...defaults.voice, ...table };
    const cutoff = voice.cutoff * 2 ** ((voice.brightness * (note.velocity - levels.middleVelocity)) / 127);
    const faster = 2 ** ((voice.tracking * (tuned - 60)) / 12);
    let [sum, total] = [0, 0];
    for (const table of voice.layers) {
      const layer = { ...defaults.layer, ...table };
      const shape = duration(layer, layer.decay / faster, isDrum ? levels.struck : Math.max(held, levels.shortest));
      sum += layer.level ** 2 * shape * weight(layer, hertz(tuned) * layer.ratio, cutoff, (f) => 1 + voice.reverb ** 2 * this.echo(f));
      total += layer.level ** 2;
    }
    const loud = 10 ** (voice.gain / 10) * (note.velocity / 127) ** (2 * levels.power);
    return (sum / total) * loud;
  }

  echo(frequency) {
    // The power that the hall gives back of a partial; its bands are narrow, so it is much.
    const { bands } = this.voices.hall;
    const energy = ([, , seconds, level]) => level ** 2 * seconds;
    const total = bands.reduce((sum, band) => sum + energy(band), 0);
    const band = bands.find(([low, high]) => frequency >= low && frequency < high);
    return band ? (energy(band) / total / (band[1] - band[0])) * (this.context.sampleRate / 2) : 0;
  }
}

function duration({ attack, sustain, release }, decay, held) {
  // Seconds for which a layer would sound at its full level with the same energy.
  const rate = FALL / decay;
  const time = Math.max(0, held - attack);
  const falls = (1 - Math.exp(-rate * time)) / rate;
  const fallsTwice = (1 - Math.exp(-2 * rate * time)) / (2 * rate);
  const end = sustain + (1 - sustain) * Math.exp(-rate * time);
  const held2 = sustain ** 2 * time + 2 * sustain * (1 - sustain) * falls + (1 - sustain) ** 2 * fallsTwice;
  return attack / 3 + held2 + (end ** 2 * release) / (2 * FALL);
}

function weight(layer, tone, cutoff, echo) {
  // How much louder its partials are to a loudness meter, with their echo, than their power.
  const heard = (f) => (echo(f) * (1 + (1.51 * f ** 2) / (f ** 2 + 1600 ** 2)) * f ** 4) / (f ** 4 + 50 ** 4);
  if (layer.noise) return heard(Math.sqrt(layer.noise[0] * layer.noise[1]));
  let [sum, total] = [0, 0];
  layer.harmonics.forEach((amplitude, i) => {
    const f = tone * (i + 1);
    const power = amplitude ** 2 / (1 + (f / Math.max(cutoff, 1.5 * tone)) ** 4);
    [sum, total] = [sum + power * heard(f), total + power];
  });
  return total ? sum / total : 0;
}

// Piano rolls ----------------------------------------------------------------------------------

// The numbers and colours of `musicvae/page/roll.py`, which draws the same in Python.
const SIZE = { gutter: 44, kit: 84, right: 10, legend: 22, text: 18, bars: 16, gap: 8, drum: 12, bottom: 8 };
const COLOURS = {
  back: "#ffffff",
  lane: "#f3f4f8",
  line: "#dde1e9",
  beat: "#e9ecf2",
  bar: "#bcc3d1",
  text: "#20242e",
  muted: "#626b7c",
  name: "#10141c",
  head: "#d7263d",
  select: "#3f7fd9",
  "part-0": "#4a86e0",
  "part-1": "#e5913a",
  "part-2": "#3ea57c",
  "part-3": "#9270d0",
  "part-4": "#d9657a",
  "part-5": "#36a5b8",
  "part-6": "#bf9d36",
  "part-7": "#7988a3",
};
const NAMES = ["C", "C#", "D", "D#", "E", "F", "F#", "G", "G#", "A", "A#", "B"];
const BLACK = new Set([1, 3, 6, 8, 10]);
const colour = (role) => `var(--mv-${role}, ${COLOURS[role]})`;
const nameOf = (pitch) => `${NAMES[pitch % 12]}${Math.floor(pitch / 12) - 1}`;
const round = (number) => Math.round(number * 100) / 100;

function layout(music, width, height) {
  // Where everything of a roll stands; see `layout` in `roll.py`.
  const pitched = music.parts.filter((part) => !part.drum).flatMap((part) => part.notes.map((note) => note[2]));
  const kit = new Map();
  for (const part of music.parts.filter((one) => one.drum)) {
    const known = part.kit || [[0, "drums", part.notes.map((note) => note[2])]];
    for (const [number, name, pitches] of known) {
      if (!kit.has(number)) kit.set(number, [number, name, new Set()]);
      pitches.forEach((pitch) => kit.get(number)[2].add(pitch));
    }
  }
  const drums = [...kit.values()].sort((a, b) => a[0] - b[0]);
  let [low, high] = [0, -1];
  if (pitched.length || !drums.length) {
    low = pitched.length ? pitched.reduce((a, b) => Math.min(a, b)) - 2 : 60;
    high = pitched.length ? pitched.reduce((a, b) => Math.max(a, b)) + 2 : 72;
    const missing = Math.max(0, 13 - (high - low + 1));
    low = clamp(low - Math.floor(missing / 2), 0, 127);
    high = clamp(Math.max(high, low + 12), 0, 127);
  }
  const rows = high - low + 1;
  let top = SIZE.bars;
  if (music.parts.length > 1) top += SIZE.legend;
  if (music.sections.length) top += SIZE.text;
  if (music.chords.length) top += SIZE.text;
  const gap = rows && drums.length ? SIZE.gap : 0;
  const rest = top + gap + drums.length * SIZE.drum + SIZE.bottom;
  let row = rows ? clamp(Math.floor(600 / rows) / 2, 4, 12) : 0;
  if (height && rows) row = clamp((height - rest) / rows, 2, 18);
  const left = drums.length ? SIZE.kit : SIZE.gutter;
  const floor = top + rows * row;
  return {
    ...{ width, height: Math.ceil(rest + rows * row), left, top, low, high, row, floor, drums },
    scale: Math.max(width - left - SIZE.right, 1) / Math.max(music.quarters, 0.25),
    drumTop: floor + gap,
    bottom: floor + gap + drums.length * SIZE.drum,
  };
}

function lines(music) {
  // Bar and beat lines as [quarter, number of the bar or null].
  const found = [];
  let number = 1;
  music.meters.forEach(([start, , beat, bar], i) => {
    const end = i + 1 < music.meters.length ? music.meters[i + 1][0] : music.quarters;
    for (let q = start - beat; i === 0 && q > -1e-6; q -= beat) found.push([q, null]);
    for (let k = 0; start + k * beat < end - 1e-6; k++) {
      const isBar = Math.abs((k * beat) / bar - Math.round((k * beat) / bar)) < 1e-4;
      found.push([start + k * beat, isBar ? number++ : null]);
    }
  });
  return found;
}

function draw(parent, kind, attributes, text = null) {
  const element = document.createElementNS("http://www.w3.org/2000/svg", kind);
  for (const [name, value] of Object.entries(attributes)) {
    element.setAttribute(name, typeof value === "number" ? round(value) : value);
  }
  if (text !== null) element.textContent = text;
  parent.append(element);
  return element;
}

function fitting(items, scale) {
  // Of [quarter, text], those whose texts do not overlap.
  let free = -1;
  return items.filter(([quarter, text]) => {
    const x = quarter * scale;
    if (x < free) return false;
    free = x + 7 * text.length + 6;
    return true;
  });
}

function drawHeader(svg, music, at) {
  let y = 0;
  if (music.parts.length > 1) {
    let x = at.left;
    music.parts.forEach((part, i) => {
      const label = part.name || part.instrument;
      if (x + 16 + 7 * label.length > at.width) return;
      draw(svg, "circle", { cx: x + 5, cy: y + 11, r: 4.5, fill: colour(`part-${i % 8}`) });
      draw(svg, "text", { x: x + 14, y: y + 15, "font-size": 12, fill: colour("text") }, label);
      x += 30 + 7 * label.length;
    });
    y += SIZE.legend;
  }
  if (music.sections.length) {
    music.sections.forEach(([quarter, name], i) => {
      const end = i + 1 < music.sections.length ? music.sections[i + 1][0] : music.quarters;
      const width = (end - quarter) * at.scale - 2;
      const x = at.left + quarter * at.scale + 1;
      draw(svg, "rect", { x, y: y + 1, width: Math.max(width, 1), height: 15, rx: 3, fill: colour("line") });
      if (width > 7 * name.length + 6) {
        draw(svg, "text", { x: x + 5, y: y + 12.5, "font-size": 11, "font-weight": 600, fill: colour("text") }, name);
      }
    });
    y += SIZE.text;
  }
  if (music.chords.length) {
    for (const [quarter, name] of fitting(music.chords, at.scale)) {
      draw(svg, "text", { x: at.left + quarter * at.scale + 3, y: y + 13.5, "font-size": 12, "font-weight": 600, fill: colour("text") }, name);
    }
  }
}

function namedKeys(row) {
  // The keys that have room for their name: E and F, B and C are neighbours.
  if (row >= 11.8) return new Set([0, 2, 4, 5, 7, 9, 11]);
  return new Set(row >= 5 ? [0, 2, 4, 7, 9] : [0, 7]);
}

function drawGrid(svg, music, at) {
  const right = at.width - SIZE.right;
  const end = at.left + music.quarters * at.scale;
  for (let pitch = at.low; pitch <= at.high; pitch++) {
    const y = at.floor - (pitch - at.low + 1) * at.row;
    if (BLACK.has(pitch % 12)) draw(svg, "rect", { x: at.left, y, width: right - at.left, height: at.row, fill: colour("lane") });
    if (pitch % 12 === 0) draw(svg, "line", { x1: at.left, x2: right, y1: y + at.row, y2: y + at.row, stroke: colour("line") });
    if (namedKeys(at.row).has(pitch % 12)) {
      const fill = colour(pitch % 12 === 0 ? "text" : "muted");
      draw(svg, "text", { x: at.left - 6, y: y + at.row / 2 + 3.5, "font-size": 10, "text-anchor": "end", fill }, nameOf(pitch));
    }
  }
  at.drums.forEach(([, name], i) => {
    const y = at.bottom - (i + 1) * SIZE.drum;
    if (i % 2 === 0) draw(svg, "rect", { x: at.left, y, width: right - at.left, height: SIZE.drum, fill: colour("lane") });
    draw(svg, "text", { x: at.left - 6, y: y + 9.5, "font-size": 10, "text-anchor": "end", fill: colour("muted") }, name);
  });
  const all = lines(music);
  const first = music.meters[0];
  const beats = first[2] * at.scale;
  let every = 1;
  while (first[3] * at.scale * every < 26) every *= 2;
  for (const [quarter, number] of all) {
    if (number === null && beats < 5) continue;
    if (number !== null && first[3] * at.scale < 3 && (number - 1) % every) continue;
    const x = at.left + quarter * at.scale;
    draw(svg, "line", { x1: x, x2: x, y1: at.top - (number ? 4 : 0), y2: at.bottom, stroke: colour(number ? "bar" : "beat") });
    if (number && (number - 1) % every === 0) {
      draw(svg, "text", { x: x + 3, y: at.top - 4, "font-size": 10, fill: colour("muted") }, String(number));
    }
  }
  draw(svg, "line", { x1: end, x2: end, y1: at.top - 4, y2: at.bottom, stroke: colour("bar") });
}

function drawNotes(svg, music, at) {
  music.parts.forEach((part, i) => {
    const group = draw(svg, "g", { fill: colour(`part-${i % 8}`), "data-part": i });
    const names = [];
    for (const [start, length, pitch, velocity] of part.notes) {
      const row = part.drum ? at.drums.findIndex((drum) => drum[2].has(pitch)) : pitch - at.low;
      const [base, step] = part.drum ? [at.bottom, SIZE.drum] : [at.floor, at.row];
      const inset = step >= 6 ? 1 : 0.25;
      const x = at.left + Math.max(0, start) * at.scale;
      const width = part.drum ? clamp(length * at.scale - 1, 2, 9) : Math.max(2, length * at.scale - 1);
      const box = { x, y: base - (row + 1) * step + inset, width, height: step - 2 * inset, rx: Math.min(2.5, step / 4) };
      draw(group, "rect", { ...box, "fill-opacity": 0.6 + (0.4 * velocity) / 127 });
      const name = nameOf(pitch);
      if (!part.drum && step >= 10.5 && width > 7 * name.length + 4) names.push([x + 4, box.y + box.height - 2, name]);
    }
    for (const [x, y, name] of names) draw(svg, "text", { x, y, "font-size": 9, fill: colour("name") }, name);
  });
}

function drawRoll(container, music, options = {}) {
  // A piano roll as SVG, in place of what the container holds. Options: `width` and `height` in
  // pixels, `position` in quarters (null for none), `selection` {from, to} in quarters,
  // `onselect(selection or null)` for a drag over whole beats, `labels` {roll: text for readers}.
  const { labels = {}, onselect = null } = options;
  const at = layout(music, options.width || container.clientWidth || 640, options.height);
  container.replaceChildren();
  const svg = draw(container, "svg", {
    ...{ class: "mv-roll", role: "img", width: at.width, height: at.height },
    ...{ viewBox: `0 0 ${at.width} ${at.height}`, "aria-label": labels.roll || music.name || "Piano roll" },
    ...{ "font-family": "system-ui, -apple-system, Segoe UI, Roboto, sans-serif" },
  });
  draw(svg, "rect", { width: at.width, height: at.height, fill: colour("back") });
  drawGrid(svg, music, at);
  drawHeader(svg, music, at);
  const chosen = draw(svg, "rect", { y: at.top, height: at.bottom - at.top, width: 0, fill: colour("select"), "fill-opacity": 0.16, class: "mv-selection" });
  drawNotes(svg, music, at);
  const head = draw(svg, "line", { y1: at.top - 6, y2: at.bottom, stroke: colour("head"), "stroke-width": 1.5, class: "mv-head" });
  const x = (quarter) => round(at.left + clamp(quarter, 0, music.quarters) * at.scale);
  const roll = {
    svg,
    setPosition(quarter) {
      head.setAttribute("visibility", quarter === null || quarter === undefined ? "hidden" : "visible");
      head.setAttribute("transform", `translate(${x(quarter || 0)} 0)`);
    },
    setSelection(selection) {
      chosen.setAttribute("x", x(selection ? selection.from : 0));
      chosen.setAttribute("width", selection ? x(selection.to) - x(selection.from) : 0);
    },
    quarterAt(clientX) {
      const box = svg.getBoundingClientRect();
      return clamp((((clientX - box.left) * at.width) / box.width - at.left) / at.scale, 0, music.quarters);
    },
  };
  roll.setPosition(options.position);
  roll.setSelection(options.selection);
  if (onselect) selectByDrag(svg, music, roll, onselect);
  return roll;
}

function selectByDrag(svg, music, roll, onselect) {
  // A drag selects the beats that it touches; a click selects nothing.
  const grid = lines(music).map(([quarter]) => quarter);
  const marks = [...new Set([0, ...grid, music.quarters])].sort((a, b) => a - b);
  let begin = null;
  const span = (a, b) => ({
    from: marks.findLast((mark) => mark <= Math.min(a, b) + 1e-6) ?? 0,
    to: marks.find((mark) => mark >= Math.max(a, b) - 1e-6) ?? music.quarters,
  });
  svg.addEventListener("pointerdown", (event) => {
    begin = { x: event.clientX, quarter: roll.quarterAt(event.clientX) };
    svg.setPointerCapture(event.pointerId);
  });
  svg.addEventListener("pointermove", (event) => {
    if (begin && Math.abs(event.clientX - begin.x) > 4) roll.setSelection(span(begin.quarter, roll.quarterAt(event.clientX)));
  });
  svg.addEventListener("pointerup", (event) => {
    if (!begin) return;
    const isClick = Math.abs(event.clientX - begin.x) <= 4;
    const selection = isClick ? null : span(begin.quarter, roll.quarterAt(event.clientX));
    begin = null;
    roll.setSelection(selection);
    onselect(selection);
  });
}

export { Player, drawRoll };
