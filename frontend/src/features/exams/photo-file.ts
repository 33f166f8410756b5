export const PHOTO_TYPES = ['image/jpeg', 'image/png', 'image/webp'];
const MAX_BYTES = 5 * 1024 * 1024;

/** Why a file is not even sent; whether there is a face in it, the server says. */
export function photoTrouble(file: Pick<File, 'type' | 'size'>): string | null {
  if (!PHOTO_TYPES.includes(file.type)) {
    return 'This file is not a JPEG, PNG or WebP picture. Choose another one, or save it as one of these.';
  }
  if (file.size > MAX_BYTES) {
    return 'This photo has more than 5 MB. Choose a smaller one, or make it smaller first.';
  }
  return null;
}
