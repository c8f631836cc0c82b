import { main } from "../plugin";
import { random } from "./random";

void main(random);
