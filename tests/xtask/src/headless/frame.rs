//! The picture of a display, as Xvfb keeps it in a file.
//!
//! Source: X11/XWDFile.h; Xvfb(1), `-fbdir`.

use std::{
    collections::BTreeSet,
    fs::File,
    io::{Read as _, Seek as _, SeekFrom},
    path::Path,
};

use anyhow::{Context as _, Result, ensure};

/// Distance of the rows that are read: a larger one would miss a line of text, a smaller one would slow down the
/// program under test.
const ROW_STEP: usize = 8;

/// Size of the fixed part of the header, and of a colour in the table after it, in bytes.
const HEADER: usize = 100;
const COLOUR: u32 = 12;

const PIXEL: usize = 4;

/// The current picture of a display.
pub(crate) struct Frame {
    file: File,
    /// Where the pixels begin, in bytes.
    pixels: u64,
    /// Length of a row, in bytes.
    row: u64,
    rows: u64,
}

impl Frame {
    /// Opens Xvfb's file.
    pub(super) fn open(path: &Path) -> Result<Self> {
        let mut file =
            File::open(path).with_context(|| format!("no picture in {}", path.display()))?;
        let mut header = [0; HEADER];
        file.read_exact(&mut header)?;
        let fields: Vec<u32> = header
            .chunks_exact(4)
            .map(|bytes| {
                bytes
                    .iter()
                    .fold(0, |number, byte| number << 8 | u32::from(*byte))
            })
            .collect();
        let [size, rows, depth, row, colours] =
            [0, 5, 11, 12, 19].map(|place: usize| fields[place]);
        ensure!(depth == 32, "Xvfb keeps {depth} bits a pixel");
        Ok(Self {
            file,
            pixels: u64::from(size) + u64::from(colours) * u64::from(COLOUR),
            row: row.into(),
            rows: rows.into(),
        })
    }

    /// Number of colours on the display, at most `enough`, without the black background of the display.
    pub(crate) fn colours(&mut self, enough: usize) -> Result<usize> {
        let mut found = BTreeSet::new();
        let mut row = vec![0; usize::try_from(self.row)?];
        for number in (0..self.rows).step_by(ROW_STEP) {
            self.file
                .seek(SeekFrom::Start(self.pixels + number * self.row))?;
            self.file.read_exact(&mut row)?;
            let mut last = [0; 3];
            for pixel in row.chunks_exact(PIXEL) {
                // The fourth byte is unused at a depth of 24.
                let colour = [pixel[0], pixel[1], pixel[2]];
                if colour != last && colour != [0; 3] {
                    found.insert(colour);
                }
                last = colour;
            }
            if found.len() >= enough {
                return Ok(enough);
            }
        }
        Ok(found.len())
    }
}
