/** The names that pages use for the generated types; nothing here is written by hand. */
import type { components } from '@/api/generated/rest';

type Schemas = components['schemas'];

export type {
  AttemptCard,
  ChatMessage,
  Evidence,
  ExamHead,
  Incident,
  MeetingStatus,
  MonitorMessage,
  Risk,
  ServerLoad,
  ServerToMonitor,
  Severity,
  Signal,
  Snapshot,
  Update,
  Verdict,
} from '@/api/generated/socket';

export type Account = Schemas['Account'];
export type ApiKey = Schemas['ApiKey'];
export type AttemptDetail = Schemas['AttemptDetail'];
export type AuditEntry = Schemas['AuditEntry'];
export type Candidate = Schemas['Candidate'];
export type CsvResult = Schemas['CsvResult'];
export type Exam = Schemas['Exam'];
export type ExamSummary = Schemas['ExamSummary'];
export type Me = Schemas['Me'];
export type Policy = Schemas['Policy'];
export type PolicyCatalogue = Schemas['PolicyCatalogue'];
export type RecordingIndex = Schemas['RecordingTimeIndex'];
export type RecordingGap = Schemas['RecordingGap'];
export type RecordingKind = RecordingPiece['kind'];
export type RecordingPiece = Schemas['Segment'];
export type ReviewItem = Schemas['ReviewItem'];
export type Role = Schemas['Me']['role'];
export type SignalInfo = Schemas['SignalInfo'];
export type SignalRule = Schemas['SignalRule'];
export type StaffMember = Schemas['StaffMember'];
export type StaffSession = Schemas['StaffSession'];
