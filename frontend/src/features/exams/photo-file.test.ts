import { expect, it } from 'vitest';
import { photoTrouble } from './photo-file';

it.each([
  ['image/jpeg', 5 * 1024 * 1024, null],
  ['image/webp', 1, null],
  ['image/jpeg', 5 * 1024 * 1024 + 1, /more than 5 MB/],
  ['image/heic', 1000, /not a JPEG, PNG or WebP/],
  ['', 1000, /not a JPEG, PNG or WebP/],
])('a file %s of %i bytes', (type, size, why) => {
  const said = photoTrouble({ type, size });
  if (why === null) expect(said).toBeNull();
  else expect(said).toMatch(why);
});
