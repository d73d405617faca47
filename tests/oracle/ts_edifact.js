// SPDX-License-Identifier: Apache-2.0
// ts_edifact.js PACKAGE SPEC TABLES FILE... -- what the reader of npm's ts-edifact makes of each FILE: a line of JSON, with
// the segments it read or its error. SPEC holds definitions of segments and elements, TABLES the structure of each message.
"use strict";
const fs = require("fs");
const Module = require("module");
const path = require("path");

// It can also fetch definitions from a web page, with packages that are not there and not needed here.
const load = Module._load;
Module._load = (name, ...rest) =>
    name === "axios" || name === "htmlparser2" ? { DomHandler: class {}, Parser: class {} } : load(name, ...rest);

const [folder, spec, tables, ...files] = process.argv.slice(2);
const { Reader } = require(path.resolve(folder, "lib/reader.js"));
const { Tracker } = require(path.resolve(folder, "lib/tracker.js"));
const structure = JSON.parse(fs.readFileSync(tables, "utf8"));

function read(file) {
    const bytes = fs.readFileSync(file);
    const encoding = bytes.subarray(0, 20).includes("UNOY") ? "utf8" : "latin1";
    const segments = new Reader(spec).parse(bytes.toString(encoding)).map((s) => [[s.name], ...s.elements]);
    let tracker = null;
    for (const s of segments) { // where each segment stands in its message
        if (s[0][0] === "UNH") tracker = new Tracker(structure[s[2][0]]);
        if (tracker !== null) tracker.accept(s[0][0]);
        if (s[0][0] === "UNT") tracker = null;
    }
    return { file, segments };
}

// It warns of a segment without a definition, which must not be, and that definitions are of no release.
console.warn = (text) => { if (text.startsWith("No segment definition")) throw new Error(text); };
for (const file of files) {
    let told;
    try {
        told = read(file);
    } catch (error) {
        told = { file, error: error.message };
    }
    console.log(JSON.stringify(told));
}
