export function Loading() {
  return (
    <p role="status" className="visually-hidden">
      Loading
    </p>
  );
}
